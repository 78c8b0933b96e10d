// Paths of volumes: their one form, and the targets that nobody may have. Pure.

const MAX_PATH = 4095;

/** Parts of a container that are never a user's, with everything below them. */
const KEPT: Readonly<Record<string, string>> = {
  "/etc": "the site's files are there",
  "/var": "only /var/tmp may be covered there",
  "/opt/udiImage": "the site's programs are there",
  "/proc": "programs rely on it for what they are",
  "/dev": "devices are the site's to give",
  "/sys": "programs rely on it for what the machine is",
};

/** Directories that may be covered in parts, but not as a whole. */
const WHOLE: Readonly<Record<string, string>> = {
  "/": "it would replace the whole image",
  "/opt": "the site's programs are in /opt/udiImage",
  ...Object.fromEntries(
    ["/usr", ...["bin", "sbin", "lib", "lib32", "lib64", "libx32"].flatMap((name) => [`/${name}`, `/usr/${name}`])].map(
      (path) => [path, "the image's programs or libraries would be hidden"],
    ),
  ),
};

const SITE_WHOLE = ["/", "/opt", "/etc", "/var", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf"];

/** A path without trailing slash, empty parts and `.`. @throws what `bad` makes of the reason */
export function cleanPath(path: string, bad: (why: string) => Error): string {
  if (path === "") throw bad("a path is missing");
  if (!path.startsWith("/")) throw bad(`${path} does not begin with /`);
  if (path.length > MAX_PATH) throw bad("a path is too long");
  // They would break the lines in which volumes are handed on.
  if (/[\x00-\x1f\x7f]/.test(path)) throw bad("a path has a control character");
  // What stands for bytes that are no UTF-8: which ones they were is lost, and another file would be taken.
  if (path.includes("\ufffd")) throw bad("a path is not written in UTF-8");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw bad(`${path} leads upwards (..)`);
  const clean = `/${parts.join("/")}`;
  if (clean !== clean.trim()) throw bad("a path ends with a space");
  return clean;
}

/** Why a user may not cover this place of a container; undefined when he may. */
export function refuseUserTarget(to: string): string | undefined {
  if (to === "/var/tmp" || to.startsWith("/var/tmp/")) return undefined;
  const kept = Object.keys(KEPT).find((place) => to === place || to.startsWith(`${place}/`));
  if (kept !== undefined) return `nothing may be mounted at ${to}: ${KEPT[kept]}`;
  const whole = Object.hasOwn(WHOLE, to) ? WHOLE[to] : undefined;
  return whole === undefined ? undefined : `nothing may be mounted at ${to}: ${whole}`;
}

/** Why a site may not cover this place of a container; undefined when it may. */
export function refuseSiteTarget(to: string): string | undefined {
  return SITE_WHOLE.includes(to) ? `nothing may be mounted at ${to}: berth makes it itself` : undefined;
}
