// Images and mounts as users of pyxis write them, in Shifter's words. Pure.

import { resolve } from "node:path";
import { IMAGE_TYPES } from "../../site/node-config.ts";
import { fail } from "./errors.ts";

/** `[REGISTRY#]IMAGE[:TAG]` as `docker:[REGISTRY/]IMAGE[:TAG]`; a name with one of Shifter's types stays. @throws E_SLURM_OPTION */
export function pyxisImage(text: string): string {
  const refused = (why: string, advice: string) => fail("E_SLURM_OPTION", { option: "container-image", why, advice });
  if (IMAGE_TYPES.some((type) => text.startsWith(`${type}:`) && !text.startsWith("docker://"))) return text;
  if (/^\.{0,2}\//.test(text) || text.endsWith(".sqsh"))
    throw refused(
      `${text} is a file, and jobs run images of the site's gateway`,
      "bring it there: shifterimg import; or run it in the job: berth exec FILE PROGRAM",
    );
  const [, scheme, rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  if (scheme !== undefined && scheme !== "docker")
    throw refused(`${scheme}://… is no registry`, "push the image to one, and pull it with shifterimg");
  if (/^[^/]*@[^/]*#/.test(rest) || (/^[^/:@]+@/.test(rest) && !/@sha\d+:/.test(rest)))
    throw refused("a login is part of the name", "shifterimg login keeps it; leave USER@ out");
  return `docker:${rest.replace("#", "/")}`;
}

/** `SRC:DST[:FLAGS],…` as volumes, relative sources from `cwd`. @throws E_SLURM_OPTION */
export function pyxisVolumes(text: string, cwd: string): readonly string[] {
  return text
    .split(",")
    .filter((item) => item !== "")
    .map((item) => {
      const [from = "", to = from, flags = "", ...more] = item.split(":");
      const refused = (why: string) =>
        fail("E_SLURM_OPTION", { option: "container-mounts", why, advice: "write SRC:DST[:ro][,SRC:DST…]" });
      if (from === "" || more.length > 0) throw refused(`"${item}" is not SRC:DST[:FLAGS]`);
      const strange = flags.split("+").find((flag) => !KNOWN.has(flag));
      if (strange !== undefined) throw refused(`${strange} is no flag of a volume`);
      const path = resolve(cwd, from);
      return `${path}:${to === from ? path : to}${flags.split("+").includes("ro") ? ":ro" : ""}`;
    });
}

// Apart from ro they say what is so anyway: a container's mounts are its own.
const KNOWN = new Set(["", "ro", "rw", "bind", "rbind", "private", "rprivate"]);
