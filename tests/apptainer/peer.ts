// The real Apptainer in its tree (make-tree.sh), as root or as the ordinary user, with plain paths on both sides.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, type OrdinaryUser } from "../support/ordinary-user.ts";

const TREE = process.env["BERTH_APPTAINER_TREE"] ?? "/var/tmp/berth-apptainer-tree";

/** Why there is no Apptainer to ask, if there is none. */
export function noApptainer(): string | undefined {
  if (!AS_ROOT) return "entering Apptainer's tree needs root";
  return existsSync(join(TREE, ".complete")) ? undefined : "no tree: tests/apptainer/make-tree.sh";
}

/** True when a program was put into the tree: an older tree lacks what later tests want. */
export function treeHas(program: string): boolean {
  return existsSync(join(TREE, "usr/bin", program));
}

/** Runs `apptainer` with these words; `user` left out: as root. */
export function apptainer(
  words: readonly string[],
  options: { readonly user?: OrdinaryUser; readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): SpawnSyncReturns<string> {
  const { user, cwd } = options;
  const who = user ? ["--user", user.name] : [];
  const args = ["--tree", TREE, ...who, "--bind", cwd, "apptainer", ...words];
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", HOME: user?.home ?? "/root", ...options.env };
  return spawnSync(join(import.meta.dirname, "enter.sh"), args, { cwd, env, encoding: "utf8" });
}
