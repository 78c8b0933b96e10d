// The log of the command line: plain lines on standard error, with the prefixes that users of the peers know.

import type { Log } from "../base/log.ts";

/** How much is said. */
export interface Verbosity {
  /** `-q`: no information lines. `-s`: errors only. `-d`: everything. */
  readonly level: "silent" | "quiet" | "normal" | "debug";
  readonly color: boolean;
}

export const COLORS = { info: "\x1b[34m", warn: "\x1b[33m", error: "\x1b[31m", debug: "\x1b[2m" } as const;

/** A log that writes through `write` (standard error, when it is the real one). */
export function terminalLog(verbosity: Verbosity, write: (line: string) => void): Log {
  const say = (kind: keyof typeof COLORS, prefix: string, text: string): void =>
    write(verbosity.color ? `${COLORS[kind]}${prefix}\x1b[0m${text}\n` : `${prefix}${text}\n`);
  const { level } = verbosity;
  return {
    info(text) {
      if (level === "normal" || level === "debug") say("info", "INFO:    ", text);
    },
    warn(text) {
      if (level !== "silent") say("warn", "WARNING: ", text);
    },
    debug(text) {
      if (level === "debug") say("debug", "DEBUG:   ", text);
    },
  };
}
