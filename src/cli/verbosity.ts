// Flags before the command that say how much berth tells; read by hand, since they must hold even when parsing fails.

import type { Environment } from "../platform/user.ts";
import type { Verbosity } from "./terminal-log.ts";

const LEVELS: Readonly<Record<string, Verbosity["level"]>> = {
  "-d": "debug",
  "--debug": "debug",
  "-v": "debug",
  "--verbose": "debug",
  "-q": "quiet",
  "--quiet": "quiet",
  "-s": "silent",
  "--silent": "silent",
};

/** Takes the leading flags off `args`. Colours need a terminal, and obey `NO_COLOR` and `TERM=dumb`. */
export function readVerbosity(
  args: readonly string[],
  env: Environment,
  screen: { readonly isTTY?: boolean },
): { readonly verbosity: Verbosity; readonly rest: readonly string[] } {
  let level: Verbosity["level"] = "normal";
  let color = screen.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] ?? "";
    if (word === "--nocolor") color = false;
    else if (LEVELS[word]) level = LEVELS[word];
    else break;
  }
  return { verbosity: { level, color }, rest: args.slice(index) };
}
