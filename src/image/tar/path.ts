// Names of tar entries, made safe: one spelling for each path, and nothing that could lead out of the image.

/** What archives may ask for. */
export interface PathLimits {
  /** Components of a path. */
  readonly maxDepth: number;
}

const MAX_COMPONENT = 255;
const MAX_PATH = 4095;

/** The canonical path of a written name ("./a//b/" is "a/b"), or why it is refused. Byte strings. */
export function canonicalPath(name: string, limits: PathLimits): { readonly path: string } | { readonly bad: string } {
  if (name.startsWith("/")) return { bad: "its name is absolute" };
  return relativePath(name, limits);
}

/** The same for the target of a hard link, which some writers give with a leading slash that means the image's root. */
export function canonicalTarget(
  name: string,
  limits: PathLimits,
): { readonly path: string } | { readonly bad: string } {
  return relativePath(name.replace(/^\/+/, ""), limits);
}

function relativePath(name: string, limits: PathLimits): { readonly path: string } | { readonly bad: string } {
  if (name.includes("\0")) return { bad: "its name holds a NUL byte" };
  const path = tidy(name);
  if (path === undefined) return { bad: 'its name holds ".."' };
  if (path.length > MAX_PATH) return { bad: `its name is longer than ${MAX_PATH} bytes` };
  if (path.length > MAX_COMPONENT || path.length > limits.maxDepth) {
    const parts = path.split("/");
    if (parts.some((part) => part.length > MAX_COMPONENT)) {
      return { bad: `a part of its name is longer than ${MAX_COMPONENT} bytes` };
    }
    if (parts.length > limits.maxDepth) return { bad: `it lies more than ${limits.maxDepth} directories deep` };
  }
  return { path };
}

/** Without empty and "." parts; undefined when a ".." is among them. */
function tidy(name: string): string | undefined {
  const bare = name.slice(name.startsWith("./") ? 2 : 0, name.endsWith("/") ? -1 : undefined);
  // Nearly every name is in order now; only the rest is taken apart.
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(bare)) return bare;
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}
