// The log of the command line: plain lines on standard error, with the prefixes that users of the peers know.

import { writeSync } from "node:fs";
import type { Log } from "../base/log.ts";
import type { Environment } from "../platform/user.ts";

/** How much is said. */
export type Level = "silent" | "quiet" | "normal" | "debug";

/** What `-q`, `-s`, `-d` and `--nocolor` ask for. */
export interface Verbosity {
  readonly level: Level;
  /** False: never. True: where a terminal shows them and neither `NO_COLOR` nor `TERM=dumb` forbids. */
  readonly color: boolean;
}

/** Writes to standard error, whose opening as a stream would cost `berth exec` more than all its other work. */
export function writeError(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody reads it any more.
  }
}

/** A log that writes through `write`; `colorful` is asked when there is something to say. */
export function terminalLog(level: Level, colorful: () => boolean, write: (line: string) => void): Log {
  const say = (kind: Kind, text: string): void => write(`${prefix(kind, colorful())}${printable(text)}\n`);
  return {
    info(text) {
      if (level === "normal" || level === "debug") say("info", text);
    },
    warn(text) {
      if (level !== "silent") say("warning", text);
    },
    debug(text) {
      if (level === "debug") say("debug", text);
    },
  };
}

/** Words that quote images, registries and other users' files, without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "?");
}

const STYLES = { info: "\x1b[34m", warning: "\x1b[33m", fatal: "\x1b[31m", debug: "\x1b[2m" } as const;
type Kind = keyof typeof STYLES;

/** The beginning of a line, such as `WARNING: `; all of one width. */
export function prefix(kind: Kind, color: boolean): string {
  const word = `${kind.toUpperCase()}:`.padEnd(9);
  return color ? `${STYLES[kind]}${word}\x1b[0m` : word;
}

/** True when standard error is a terminal that shows colours and nobody forbade them. */
export function colorsShown(verbosity: Verbosity, env: Environment): boolean {
  return verbosity.color && process.stderr.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
