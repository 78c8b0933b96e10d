// `shifter`: Shifter's program that starts containers, under its own name or as `berth shifter`. Its command line is its own.
// On the way of every task of a job that the native front hands over, so it loads what a launch needs and no more.

import { existsSync } from "node:fs";
import { BerthError } from "../../base/errors.ts";
import { fail } from "../../batch/errors.ts";
import { readShifterOptions, type ShifterOptions } from "../../batch/options.ts";
import { type Context, interruptedBy } from "../context.ts";
import { printable, terminalLog, writeError } from "../terminal-log.ts";

// The node's set-up and every launch put it there.
const INSIDE = "/var/shifterConfig.json";

/** Does what the words ask for. Answers the exit status, or does not return: this process becomes the program. */
export async function runShifter(words: readonly string[], context: Context): Promise<number> {
  let options: ShifterOptions | undefined;
  try {
    options = readShifterOptions(words);
    if (options.help || options.version) return await tell(options.help);
    if (existsSync(INSIDE)) throw fail("E_SHIFTER_NESTED");
    const { prepareShifter } = await import("./launch.ts");
    const { plan, runtime } = await prepareShifter(options, options.verbose ? loud(context) : context);
    const { becomeLauncher } = await import("../../run/launch.ts");
    const { encodePlan } = await import("../../run/plan-format.ts");
    const { ownProgram } = await import("../../run/programs.ts");
    return becomeLauncher(ownProgram("berth-launch", context.env), encodePlan(plan), runtime);
  } catch (error) {
    // Somebody pressed ctrl-C: `main` knows the status.
    if (interruptedBy()) throw error;
    if (error instanceof BerthError) await report(error);
    else
      writeError((await import("../report.ts")).errorReport(error, { color: false, debug: options?.verbose ?? false }));
    return 1;
  }
}

async function tell(help: boolean): Promise<number> {
  const [{ print }, { HELP }, { VERSION }] = await Promise.all([
    import("../output.ts"),
    import("./usage.ts"),
    import("../version.ts"),
  ]);
  print(help ? HELP : `shifter (berth ${VERSION})\n`);
  return 0;
}

async function report({ code, message, hint }: BerthError): Promise<void> {
  const lines = [message, ...(hint ? [hint] : [])].flatMap((text) => text.split("\n"));
  writeError(lines.map((line) => `shifter: ${printable(line)}\n`).join(""));
  if (code !== "E_SHIFTER_OPTION" && code !== "E_SHIFTER_NO_IMAGE") return;
  writeError((await import("./usage.ts")).SHORT_USAGE);
}

function loud(context: Context): Context {
  const log = terminalLog("debug", () => false, writeError);
  // Not spread: that would ask for the signal, and install handlers.
  return Object.create(context, { log: { value: log } }) as Context;
}
