// `shifterimg`: Shifter's program for users, under its own name or as `berth shifterimg`. Its command line is its own, so
// it is read here and not by the parser of berth's commands.

import { BerthError } from "../../base/errors.ts";
import { findClientConfig } from "../../site/client-config.ts";
import type { Context } from "../context.ts";
import { print } from "../output.ts";
import { errorReport } from "../report.ts";
import { colorsShown, writeError } from "../terminal-log.ts";
import { VERSION } from "../version.ts";
import { type Arguments, type Mode, readArguments, usage } from "./arguments.ts";
import { type Call, keptLogins, systemOf } from "./desk.ts";
import { autoexpire, expire, images, lookup, pull, pullnb } from "./modes.ts";

const RUN: Readonly<Partial<Record<Mode, (call: Call) => Promise<number>>>> = {
  images,
  lookup,
  pull,
  pullnb,
  expire,
  autoexpire,
};

/** Does what the words ask for, and answers the exit status: 1 for every failure, as Shifter's program has it. */
export async function runShifterimg(words: readonly string[], context: Context): Promise<number> {
  try {
    const args = readArguments(words);
    if (args === "help") print(usage());
    else if (args === "version") print(`shifterimg (berth ${VERSION})\n`);
    else return await runMode(args, context);
    return 0;
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    if (error.code === "E_SHIFTERIMG_USAGE") print(usage());
    writeError(errorReport(error, { color: colorsShown(context.verbosity, context.env), debug: false }));
    return 1;
  }
}

async function runMode(args: Arguments, context: Context): Promise<number> {
  const config = await findClientConfig(context.env);
  const system = systemOf(config);
  const base = { args, context, config, system, print, logins: new Map() };
  if (args.mode === "login") return await (await import("./login.ts")).login(base);
  const call: Call = { ...base, logins: await keptLogins(context, config, system) };
  const run = RUN[args.mode] ?? (await import("./more-modes.ts")).MORE[args.mode];
  if (!run) throw new TypeError(`the mode ${args.mode} is not there`);
  return await run(call);
}
