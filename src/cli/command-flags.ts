// A table of flags on a command of the full parser.

import { type Command, Option } from "commander";
import type { Environment } from "../platform/user.ts";
import { type FlagSpec, type FlagValues, type GivenValues, resolveFlags } from "./flags.ts";

/** Declares the flags on a command. */
export function addFlags(command: Command, specs: readonly FlagSpec[]): Command {
  for (const spec of specs) {
    for (const [index, name] of [spec.long, ...(spec.aliases ?? [])].entries()) {
      const short = index === 0 && spec.short ? `-${spec.short}, ` : "";
      const argument = spec.kind === "switch" ? "" : ` <${spec.value ?? "value"}>`;
      const option = new Option(`${short}--${name}${argument}`, spec.help);
      // Commander reads "--no-x" as the denial of x; here it is a flag with a name of its own.
      option.negate = false;
      option.attributeName = () => spec.long;
      if (spec.kind === "list")
        option.argParser((value: string, before: unknown) => [...((before as string[]) ?? []), value]);
      if (spec.hidden || index > 0) option.hideHelp();
      command.addOption(option);
    }
  }
  return command;
}

/** The values of a command's flags: the command line first, then the variables. @throws E_FLAG_VARIABLE */
export function readFlags<const T extends readonly FlagSpec[]>(
  command: Command,
  specs: T,
  env: Environment,
): FlagValues<T> {
  return resolveFlags(command.opts<GivenValues>(), specs, env);
}
