// `berth doctor`: examines this machine and prints what is missing, what follows, and the cure.

import { Command } from "commander";
import { hasCode } from "../base/errors.ts";
import { examine, type Finding, gatherFacts, isFit } from "../platform/doctor/index.ts";
import type { Environment } from "../platform/user.ts";
import { ownProgram } from "../run/programs.ts";
import type { Context } from "./context.ts";
import { doctorMpiCommand } from "./doctor-mpi.ts";
import { doctorReport } from "./doctor-report.ts";
import { doctorServicesCommand } from "./doctor-services.ts";
import { print } from "./output.ts";

export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description(
      "Check what this machine can do, and say how to mend it. Exit status 1 when something needed is missing.",
    )
    .option("--json", "print the findings as JSON")
    .enablePositionalOptions()
    .addCommand(doctorMpiCommand(context))
    .addCommand(doctorServicesCommand(context))
    .action(async (options: { readonly json?: boolean }) => {
      const { env, user, signal } = context;
      const facts = await gatherFacts({ env, user, signal, now: Date.now(), launcher: launcherIfAny(env) });
      const findings: readonly Finding[] = examine(facts);
      const fit = isFit(findings);
      const color = process.stdout.isTTY === true && !env["NO_COLOR"];
      print(
        options.json
          ? `${JSON.stringify({ fit, findings, facts }, null, 2)}\n`
          : doctorReport(facts, findings, { color, width: process.stdout.columns ?? 100 }),
      );
      process.exitCode = fit ? 0 : 1;
    });
}

function launcherIfAny(env: Environment): string | undefined {
  try {
    return ownProgram("berth-launch", env);
  } catch (error) {
    if (hasCode(error, "E_PROGRAM")) return undefined;
    throw error;
  }
}
