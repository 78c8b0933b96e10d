// Which program of the node is the sshd of jobs: what the site names, else OpenSSH's, else Dropbear.

import { basename } from "node:path";
import { canRun } from "../../platform/access.ts";
import { fail } from "./errors.ts";

/** A program that serves ssh. */
export interface SshProgram {
  readonly kind: "openssh" | "dropbear";
  readonly path: string;
}

const USUAL = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/sbin/dropbear", "/usr/local/sbin/dropbear"] as const;

/** Finds it. @throws E_SSHD_PROGRAM */
export function findSshProgram(named: string | undefined, usual: readonly string[] = USUAL): SshProgram {
  const path = named ?? usual.find(canRun);
  if (path === undefined) throw fail("E_SSHD_PROGRAM", { why: `none of ${usual.join(", ")} is there` });
  if (!path.startsWith("/") || !canRun(path)) throw fail("E_SSHD_PROGRAM", { why: `${path} cannot be executed` });
  return { kind: basename(path).startsWith("dropbear") ? "dropbear" : "openssh", path };
}
