// The programs of this berth that a site's nodes and users call, and Slurm's plugin; where an ordinary user can reach them.

import { constants, readdirSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { canRead, canRun } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";
import { fail } from "./errors.ts";

/** Where they are. */
export interface BatchPrograms {
  readonly berth: string;
  readonly shifter: string;
  /** Slurm's plugin. */
  readonly plugin: string;
  /** Folder of the programs that users do not call themselves. */
  readonly helpers: string;
}

const HELPERS = ["berth-main", "berth-launch", "berth-join", "berth-mount", "berth-node", "berth-task"];
const PLUGIN = "spank_berth.so";

/** Finds them; `words` start this very berth. @throws E_DEMO_BATCH_PROGRAMS, E_DEMO_BATCH_PLUGIN */
export function findPrograms(words: readonly string[], env: Environment): BatchPrograms {
  const [program = ""] = words;
  // Run from source, berth has its programs where the checkout builds them.
  const own = words.length > 1 ? join(dirname(words.at(-1) ?? ""), "../build") : dirname(program);
  const homes = [env["BERTH_LIBEXEC"], own].filter((home) => home !== undefined && home !== "");
  const helpers = homes.find((home) => home !== undefined && HELPERS.every((name) => canRun(join(home, name))));
  if (helpers === undefined)
    throw fail("E_DEMO_BATCH_PROGRAMS", { names: HELPERS.join(", "), places: homes.join(", ") });
  const bin = [helpers, join(helpers, "../../bin")].find((dir) =>
    ["berth", "shifter"].every((name) => canRun(join(dir, name))),
  );
  if (bin === undefined) throw fail("E_DEMO_BATCH_PROGRAMS", { names: "berth, shifter", places: helpers });
  const plugin = [helpers, ...slurmFolders()].map((dir) => join(dir, PLUGIN)).find(canRead);
  if (plugin === undefined) throw fail("E_DEMO_BATCH_PLUGIN", { places: helpers });
  return { berth: join(bin, "berth"), shifter: join(bin, "shifter"), plugin, helpers };
}

// Where distributions keep Slurm's plugins: Debian by architecture.
function slurmFolders(): readonly string[] {
  const debian = readdirSync("/usr/lib").map((name) => join("/usr/lib", name, "slurm-wlm"));
  return [...debian, "/usr/lib64/slurm"];
}

/** Copies them to a new folder. */
export async function copyPrograms(programs: BatchPrograms, folder: string): Promise<BatchPrograms> {
  await mkdir(folder, { mode: 0o755 });
  const { berth, shifter, plugin, helpers } = programs;
  for (const path of [berth, shifter, plugin, ...HELPERS.map((name) => join(helpers, name))])
    await copyFile(path, join(folder, basename(path)), constants.COPYFILE_FICLONE);
  const at = (name: string) => join(folder, name);
  return { berth: at("berth"), shifter: at("shifter"), plugin: at(PLUGIN), helpers: folder };
}
