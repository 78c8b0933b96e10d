// What this machine offers for mounting an image file; asked only when there is no mount yet.

import { canUse } from "../platform/access.ts";
import type { Environment, User } from "../platform/user.ts";
import { systemProgram } from "./programs.ts";
import type { MountMeans } from "./root-choice.ts";

/** Looks for the programs and the device. */
export function mountMeans(env: Environment, user: User): MountMeans {
  return {
    squashfuse: env["BERTH_SQUASHFUSE"] ?? systemProgram("squashfuse_ll", env),
    fusermount: hasName(user) ? (systemProgram("fusermount3", env) ?? systemProgram("fusermount", env)) : undefined,
    unsquashfs: systemProgram("unsquashfs", env),
    fuseDevice: canUse("/dev/fuse"),
  };
}

// fusermount writes the caller's name down, and refuses whom the name service does not know.
function hasName({ name, uid }: User): boolean {
  return name !== String(uid);
}
