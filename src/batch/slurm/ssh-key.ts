// The key by which a user logs in to the containers of his jobs (spec/shifter.md 7.5): made once, where Shifter's ssh looks for it.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readIfAny } from "../../platform/access.ts";
import { fail } from "./errors.ts";

/** The public half; both are made when they are missing. `home`: the user's. @throws E_SLURM_KEY */
export function publicKey(home: string): string {
  const path = `${home}/.udiRoot/id_rsa.key`;
  const known = readIfAny(`${path}.pub`).trim();
  if (known !== "") return known;
  const failed = (why: string) => fail("E_SLURM_KEY", { why, advice: `ssh-keygen -t ed25519 -N "" -f ${path}` });
  try {
    mkdirSync(`${home}/.udiRoot`, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fail("E_SLURM_KEY", { why: String(cause), advice: `make ${home}/.udiRoot` }, { cause });
  }
  const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "berth", "-f", path], {
    input: "n\n",
    encoding: "utf8",
  });
  const key = readIfAny(`${path}.pub`).trim();
  if (made.status !== 0 || key === "") throw failed(made.error?.message ?? (made.stderr.trim() || "ssh-keygen failed"));
  return key;
}
