// `berth node prepare-mpi`: the host's MPI with all that it needs in one folder, for a module.

import { resolve } from "node:path";
import { Command } from "commander";
import type { Prepared } from "../../mpi/index.ts";
import { findProgram } from "../../platform/doctor/programs.ts";
import type { Context } from "../context.ts";
import { print } from "../output.ts";

interface PrepareFlags {
  readonly from: string;
  readonly to: string;
  readonly also: readonly string[];
  readonly patchelf?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function prepareMpiCommand(context: Context): Command {
  return new Command("prepare-mpi")
    .summary("put the host's MPI and all that it needs into one folder, for a module")
    .description(
      "Copy the host's MPI libraries and what they need, without the C library, into one folder whose libraries find each other. The folder appears whole or not at all; when it is there already, nothing is done.",
    )
    .requiredOption("--from <path>", "directory of the host's MPI libraries, or its libmpi")
    .requiredOption("--to <folder>", "the folder to be made")
    .option("--also <library>", "a library that the MPI loads by itself while it runs (repeat)", collected, [])
    .option(
      "--patchelf <program>",
      "the program that makes room for run paths; none: do without (default: as installed)",
    )
    .option("--replace", "take the place of a folder that holds something else")
    .option("--json", "print what was done as JSON")
    .action((flags: PrepareFlags) => prepareMpi(flags, context));
}

function collected(value: string, values: readonly string[]): readonly string[] {
  return [...values, value];
}

async function prepareMpi(flags: PrepareFlags, context: Context): Promise<void> {
  const { withImageFiles } = await import("../../image/inspect/index.ts");
  const { collect, failMpi, findHostMpi, prepareFolder, System } = await import("../../mpi/index.ts");
  const { env, signal } = context;
  const libraryPath = (env["LD_LIBRARY_PATH"] ?? "").split(":").filter((path) => path.startsWith("/"));
  const asked = flags.patchelf ?? (await findProgram("patchelf", env["PATH"] ?? "", signal))?.path;
  const patchelf = asked === "none" ? undefined : asked;
  const prepared = await withImageFiles("/", {}, async ({ tree }) => {
    const host = new System("the host", tree);
    const [mpi, ...others] = await findHostMpi(host, env, resolve(flags.from));
    if (!mpi || others.length > 0) {
      const found = [...(mpi ? [mpi] : []), ...others].map(({ core }) => core.file.path).join(", ");
      throw failMpi("E_MPI_SEVERAL", { path: flags.from, found });
    }
    const also = flags.also.map((path) => resolve(path));
    const collection = await collect(host, mpi, { libraryPath, also });
    const replace = flags.replace === true;
    return prepareFolder({ mpi, collection, to: resolve(flags.to), patchelf, replace, signal });
  });
  tell(prepared, flags, patchelf, context);
}

function tell({ list, changed }: Prepared, flags: PrepareFlags, patchelf: string | undefined, { log }: Context): void {
  if (list.search.length > 1)
    log.warn(
      `the run path could not be written into every library${patchelf ? "" : " (patchelf is not installed)"}: the module puts what they need into LD_LIBRARY_PATH too, where all programs of an image see it`,
    );
  if (list.driver.length > 0) log.info(`left to the GPU's driver: ${list.driver.join(", ")}`);
  if (flags.json) print(`${JSON.stringify({ changed, ...list }, null, 2)}\n`);
  else if (changed) print(`${flags.to}: ${list.release}, ${list.files.length} files\n`);
  else print(`${flags.to}: ${list.release}, nothing to do\n`);
}
