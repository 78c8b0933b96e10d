// Flags before the command that say how much berth tells; read by hand, since they must hold even when parsing fails.

import type { Level, Verbosity } from "./terminal-log.ts";

const LEVELS: Readonly<Record<string, Level>> = {
  "-d": "debug",
  "--debug": "debug",
  "-v": "debug",
  "--verbose": "debug",
  "-q": "quiet",
  "--quiet": "quiet",
  "-s": "silent",
  "--silent": "silent",
};

/** Takes the leading flags off `args`. */
export function readVerbosity(args: readonly string[]): { verbosity: Verbosity; rest: readonly string[] } {
  let level: Level = "normal";
  let color = true;
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] ?? "";
    if (word === "--nocolor") color = false;
    else if (LEVELS[word]) level = LEVELS[word];
    else break;
  }
  return { verbosity: { level, color }, rest: args.slice(index) };
}
