// Values as a compose file writes them: durations, modes, and maps without what is not said.

import { escapeTemplate } from "../template.ts";

/** What a compose file is printed from. Maps keep their order, whatever their keys look like. */
export type Printed = string | number | boolean | null | readonly Printed[] | ReadonlyMap<string, Printed>;

/** A map of what is said: undefined, empty lists and empty maps are left out. */
export function said(entries: Readonly<Record<string, Printed | undefined>>): ReadonlyMap<string, Printed> {
  return new Map(Object.entries(entries).flatMap(([key, value]) => (isSaid(value) ? [[key, value] as const] : [])));
}

function isSaid(value: Printed | undefined): value is Printed {
  if (value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !(value instanceof Map) || value.size > 0;
}

/** A map that is printed although nothing is in it. */
export function named<T>(things: readonly T[], key: (thing: T) => string, print: (thing: T) => Printed): Printed {
  return new Map(things.map((thing) => [key(thing), print(thing)]));
}

/** A text that stands for itself: dollars are doubled. */
export function word(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeTemplate(text);
}

/** Texts that stand for themselves. */
export function words(texts: readonly string[]): readonly string[] {
  return texts.map(escapeTemplate);
}

/** Names with texts. */
export function textMap(record: Readonly<Record<string, string>>): ReadonlyMap<string, Printed> {
  return new Map(Object.entries(record).map(([key, value]) => [key, escapeTemplate(value)]));
}

/** `true`, or nothing. */
export function whenTrue(value: boolean): true | undefined {
  return value ? true : undefined;
}

const UNITS = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** A duration such as `1h30m`. */
export function span(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined) return undefined;
  let rest = milliseconds;
  let text = "";
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text === "" ? "0s" : text;
}

/** Permissions such as `0440`. */
export function octal(mode: number | undefined): string | undefined {
  return mode === undefined ? undefined : `0${mode.toString(8)}`;
}
