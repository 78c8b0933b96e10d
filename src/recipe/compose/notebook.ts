// What is found while a recipe is read: notes, and the places of the spec's parts. One notebook per reading; bounded, because a
// hostile file could be wrong a million times.

import type { Located } from "../../base/source.ts";
import type { ComposeNote } from "./types.ts";

/** Where something stands: in the merged recipe, and in somebody's file. */
export interface Spot {
  /** JSON pointer into the merged recipe. */
  readonly pointer: string;
  readonly at?: Located | undefined;
}

export interface Notebook {
  error(spot: Spot, message: string, hint?: string): void;
  /** An error about what Compose takes and stacks do not, or about what was not at hand. */
  refuse(spot: Spot, message: string, hint?: string): void;
  warn(spot: Spot, message: string, hint?: string): void;
  info(spot: Spot, message: string, hint?: string): void;
  /** Remembers where a part of the spec (JSON pointer into it) stands. */
  place(pointer: string, at: Located | undefined): void;
  readonly notes: readonly ComposeNote[];
  readonly places: ReadonlyMap<string, Located>;
  /** True when an error was noted. */
  failed(): boolean;
  /** True when further errors are not kept: to look for their cures would be time for nothing. */
  full(): boolean;
}

/** Notes of each severity that are kept: a thousand remarks must not hide an error. */
const MAX_NOTES = 200;
/** A message quotes no more of a recipe than this. */
const MAX_MESSAGE = 500;

/** An empty notebook. */
export function openNotebook(): Notebook {
  const notes: ComposeNote[] = [];
  const seen = new Set<string>();
  const counts = new Map<ComposeNote["severity"], number>();
  const places = new Map<string, Located>();
  let failed = false;
  const add = (
    severity: ComposeNote["severity"],
    { pointer, at }: Spot,
    message: string,
    hint?: string,
    refused?: true,
  ) => {
    failed ||= severity === "error";
    const text = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
    // One mistake in an anchor or an extended service is met by everybody who uses it: it is said once.
    const key = `${severity}\n${text}\n${at?.source.name}\n${at?.range.start ?? pointer}`;
    const count = counts.get(severity) ?? 0;
    if (count > MAX_NOTES || seen.has(key)) return;
    seen.add(key);
    counts.set(severity, count + 1);
    if (count === MAX_NOTES) {
      notes.push({ severity, message: "there is more to say about this recipe than is shown", pointer: "" });
      return;
    }
    notes.push({
      severity,
      message: text,
      pointer,
      ...(hint && { hint }),
      ...(at && { place: at }),
      ...(refused && { refused }),
    });
  };
  return {
    error: (spot, message, hint) => add("error", spot, message, hint),
    refuse: (spot, message, hint) => add("error", spot, message, hint, true),
    warn: (spot, message, hint) => add("warning", spot, message, hint),
    info: (spot, message, hint) => add("info", spot, message, hint),
    place: (pointer, at) => {
      if (at !== undefined && !places.has(pointer)) places.set(pointer, at);
    },
    notes,
    places,
    failed: () => failed,
    full: () => (counts.get("error") ?? 0) > MAX_NOTES,
  };
}

/** One segment of a JSON pointer. */
export function segment(key: string | number): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
}
