// `berth doctor mpi`: whether the host's MPI may take the place of an image's, and the module by which it does.

import { isAbsolute, resolve } from "node:path";
import { Command } from "commander";
import { defineErrors } from "../base/errors.ts";
import type { Candidate, Examination, State } from "../mpi/index.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";

interface MpiFlags {
  readonly json?: boolean;
  readonly module?: string;
  readonly hostMpi?: string;
  readonly acceptRisk?: boolean;
}

const fail = defineErrors({
  E_MPI_MODULE_NAME: {
    text: "{path} ends neither in .conf (lines of udiRoot.conf) nor in .yaml (a part of site.yaml)",
    hint: "name the file after the form that you want",
    exit: 1,
  },
  E_MPI_MODULE_VERDICT: {
    text: "no module is written: the verdict is {state}",
    hint: "{hint}",
    exit: 1,
  },
  E_MPI_LIBRARY_PATH: {
    text: "{path} does not exist",
    hint: "--host-mpi names a directory with MPI libraries, one of the libraries, or a folder of berth node prepare-mpi",
    exit: 1,
  },
});

/** Exit statuses: of the verdict, and of an image that has nothing to do with MPI. */
const EXIT: Readonly<Record<State | "none", number>> = { sound: 0, risky: 3, impossible: 4, none: 5 };

export function doctorMpiCommand(context: Context): Command {
  return new Command("mpi")
    .summary("say whether the host's MPI may take the place of an image's")
    .description(
      "Compare the MPI of an image with the host's, without running anything, and say whether an exchange is sound. Exit status 0: sound, 3: risky, 4: impossible, 5: nothing in the image uses a library of MPI.",
    )
    .argument("<image>", "path of the image")
    .option("--json", "print the findings as JSON")
    .option("--module <file>", "write the module: lines of udiRoot.conf (.conf) or a part of site.yaml (.yaml)")
    .option("--host-mpi <path>", "directory or library of the host's MPI, or a folder of berth node prepare-mpi")
    .option("--accept-risk", "write the module even when the verdict is risky")
    .action((image: string, flags: MpiFlags) => doctorMpi(image, flags, context));
}

async function doctorMpi(path: string, flags: MpiFlags, context: Context): Promise<void> {
  const form = flags.module === undefined ? undefined : formOf(flags.module);
  const found = await examination(path, flags.hostMpi, context);
  const { jsonReport, moduleTexts, mpiReport } = await import("./doctor-mpi-report.ts");
  const best = found.candidates[0];
  const texts = best && allowed(best, flags) ? moduleTexts(best) : undefined;
  print(flags.json ? jsonReport(path, found, texts) : mpiReport(path, found, texts));
  process.exitCode = EXIT[found.group ? (best?.verdict.state ?? "impossible") : "none"];
  if (flags.module === undefined || form === undefined) return;
  if (texts === undefined) throw refusal(best);
  const { publishFile } = await import("../base/publish.ts");
  await publishFile(resolve(flags.module), 0o644, async (file) => {
    await file.writeFile(texts[form]);
    await file.chmod(0o644);
  });
  context.log.info(`wrote ${flags.module}`);
}

function formOf(path: string): "udiRoot" | "site" {
  if (/\.ya?ml$/.test(path)) return "site";
  if (path.endsWith(".conf")) return "udiRoot";
  throw fail("E_MPI_MODULE_NAME", { path });
}

function allowed({ verdict }: Candidate, { acceptRisk }: MpiFlags): boolean {
  return verdict.state === "sound" || (verdict.state === "risky" && acceptRisk === true);
}

function refusal(best: Candidate | undefined): Error {
  const state = best?.verdict.state ?? "that there is nothing to exchange";
  const hint = state === "risky" ? "say --accept-risk after reading the reasons" : "the reasons are in the report";
  return fail("E_MPI_MODULE_VERDICT", { state, hint });
}

async function examination(path: string, hostMpi: string | undefined, context: Context): Promise<Examination> {
  const { withImageFiles } = await import("../image/inspect/index.ts");
  const { examine, System } = await import("../mpi/index.ts");
  const { existsSync } = await import("node:fs");
  const { imageLibraryPath } = await import("./image-variables.ts");
  const named = hostMpi === undefined ? undefined : resolve(hostMpi);
  if (named !== undefined && !existsSync(named)) throw fail("E_MPI_LIBRARY_PATH", { path: named });
  return withImageFiles("/", {}, (hostFiles) =>
    withImageFiles(path, {}, async (files) =>
      examine({
        image: new System("the image", files.tree),
        host: new System("the host", hostFiles.tree),
        env: context.env,
        named,
        imageLibraryPath: (await imageLibraryPath(path)).filter(isAbsolute),
        signal: context.signal,
      }),
    ),
  );
}
