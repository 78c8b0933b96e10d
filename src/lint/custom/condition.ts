// Conditions of rules of a site's own: values by name, held against globs or expressions. Pure.

import { fitsAny } from "../../policy/glob.ts";
import type { Item } from "./items.ts";

/** A glob, several of which one must fit, or more exactly said. */
export type Wanted =
  | string
  | readonly string[]
  | {
      /** One of the value's texts fits one of these. */
      readonly any?: readonly string[];
      /** None fits any of these. */
      readonly none?: readonly string[];
      /** Every one of these is fitted by one of the value's texts. */
      readonly all?: readonly string[];
      /** A text of the value matches the expression. */
      readonly matches?: string;
      readonly exists?: boolean;
    };

export type Condition = Readonly<Record<string, Wanted>>;

/** Yes, no, or not known, because a value that matters is not. */
export type Answer = boolean | undefined;

/** Whether all of a condition holds for an item. */
export function holds(condition: Condition, { values }: Item): Answer {
  let known = true;
  for (const [name, wanted] of Object.entries(condition)) {
    const value = values[name];
    const answer = fits(wanted, value);
    if (answer === false) return false;
    if (answer === undefined) known = false;
  }
  return known ? true : undefined;
}

function fits(wanted: Wanted, value: Item["values"][string]): Answer {
  if (typeof wanted === "string") return fits({ any: [wanted] }, value);
  if (isList(wanted)) return fits({ any: wanted }, value);
  const { any, none, all, matches, exists } = wanted;
  if (exists !== undefined && exists !== (value !== undefined && value.length > 0)) return false;
  if (any === undefined && none === undefined && all === undefined && matches === undefined) return true;
  if (value === undefined) return undefined;
  const texts = typeof value === "string" ? [value] : value;
  if (any && !texts.some((text) => fitsAny(any, text))) return false;
  if (none && texts.some((text) => fitsAny(none, text))) return false;
  if (all && !all.every((pattern) => texts.some((text) => fitsAny([pattern], text)))) return false;
  return matches === undefined || texts.some((text) => new RegExp(matches).test(text));
}

function isList(wanted: Wanted): wanted is readonly string[] {
  return Array.isArray(wanted);
}
