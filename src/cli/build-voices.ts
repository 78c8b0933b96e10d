// What a build says. A first try outside the namespace keeps it to itself until it is clear that the try is the build:
// otherwise everything would be said twice.

import type { Log } from "../base/log.ts";
import type { Screen } from "../build/engine/talk.ts";
import type { Context } from "./context.ts";
import { writeError } from "./terminal-log.ts";

export interface Voices {
  readonly log: Log;
  readonly screen: Screen;
  /** Says what was held back, and from now on everything at once. */
  release(): void;
  /** The same, released. */
  live(): Voices;
}

/** Voices that are held back until `release`. */
export function heldVoices({ log, verbosity }: Context): Voices {
  let held: (() => void)[] | undefined = [];
  const say = (word: () => void): void => void (held ? held.push(word) : word());
  const shown = verbosity.level === "normal" || verbosity.level === "debug";
  const voices: Voices = {
    log: {
      info: (text) => say(() => log.info(text)),
      warn: (text) => say(() => log.warn(text)),
      debug: (text) => say(() => log.debug(text)),
    },
    screen: { line: (text) => (shown ? say(() => writeError(`${printable(text)}\n`)) : undefined) },
    release() {
      for (const word of held ?? []) word();
      held = undefined;
    },
    live() {
      voices.release();
      return voices;
    },
  };
  return voices;
}

// Programs of a step colour their lines, which is fine; everything else that moves a terminal's cursor is not.
function printable(text: string): string {
  return text.replace(/\x1b(?!\[[\d;]*m)/g, "").replace(/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g, "");
}
