// A table of flags on a command of the full parser.

import { type Command, Option } from "commander";
import type { Environment } from "../platform/user.ts";
import { type FlagSpec, type FlagValues, type GivenValues, resolveFlags } from "./flags.ts";

const specs = new WeakMap<Option, FlagSpec>();

/** The entry of the table that an option was made from. */
export function flagOf(option: Option): FlagSpec | undefined {
  return specs.get(option);
}

/** Declares the flags on a command. */
export function addFlags(command: Command, table: readonly FlagSpec[]): Command {
  for (const spec of table) {
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
      specs.set(option, spec);
      command.addOption(option);
    }
  }
  return command;
}

/** The values of a command's flags: the command line first, then the variables. @throws E_FLAG_VARIABLE */
export function readFlags<const T extends readonly FlagSpec[]>(
  command: Command,
  table: T,
  env: Environment,
): FlagValues<T> {
  return resolveFlags(command.opts<GivenValues>(), table, env);
}
