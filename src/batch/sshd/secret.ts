// Reads the secret of the site from which the keys of jobs are made. Only root can, and only a file of root's, munge's or Slurm's will do.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { userNamed } from "../../platform/user.ts";
import { fail } from "./errors.ts";

/** What a cluster has on all nodes anyway: munge's key, else the one of Slurm's own authentication. */
const USUAL = ["/etc/munge/munge.key", "/etc/slurm/slurm.key"] as const;

const LEAST_BYTES = 32;
const MOST_BYTES = 64 * 1024;

/** The secret: the named file, else the first usual one that is there; undefined when there is none. @throws E_SSHD_SECRET */
export function siteSecret(named: string | undefined, usual: readonly string[] = USUAL): Buffer | undefined {
  if (named !== undefined) return readSecret(named);
  for (const path of usual) {
    const secret = readSecret(path, true);
    if (secret) return secret;
  }
  return undefined;
}

function readSecret(path: string): Buffer;
function readSecret(path: string, optional: true): Buffer | undefined;
function readSecret(path: string, optional = false): Buffer | undefined {
  const refused = (why: string, advice: string) => fail("E_SSHD_SECRET", { path, why, advice });
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (optional && errnoOf(cause) === "ENOENT") return undefined;
    throw refused(reasonOf(cause), "sshd.secretFile of the site's configuration names a file that root can read");
  }
  try {
    const info = fstatSync(fd);
    const keepers = [0, process.getuid?.() ?? 0, userNamed("munge")?.uid, userNamed("slurm")?.uid];
    if (!info.isFile() || info.size > MOST_BYTES) throw refused("it is no file of at most 64 KiB", "name another");
    if (!keepers.includes(info.uid) || (info.mode & 0o077) !== 0)
      throw refused("others may read or own it", `chown root: ${path} && chmod 0400 ${path}`);
    if (info.size < LEAST_BYTES)
      throw refused(`it has fewer than ${LEAST_BYTES} bytes`, `dd if=/dev/urandom of=${path} bs=64 count=1`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
