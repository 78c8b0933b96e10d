// Things a planning step wants said. Planning is pure, so it says them as data; the caller decides where they go.

import type { Log } from "../base/log.ts";

export interface Note {
  readonly level: "info" | "warn";
  readonly text: string;
}

export function info(text: string): Note {
  return { level: "info", text };
}

export function warning(text: string): Note {
  return { level: "warn", text };
}

/** Says each note. */
export function sayNotes(notes: readonly Note[], log: Log): void {
  for (const { level, text } of notes) log[level](text);
}
