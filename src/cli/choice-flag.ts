// Flags whose value is one of a few words.

import { defineErrors } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

const fail = defineErrors({
  E_FLAG_CHOICE: { text: "--{flag} cannot be {value}", hint: "{hint}", exit: 2 },
});

/** The value when it is one of the words; undefined stays. @throws E_FLAG_CHOICE */
export function choiceOf<const Word extends string>(
  flag: string,
  value: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  const meant = nearest(value, words);
  const hint = meant === undefined ? `known: ${words.join(", ")}` : `did you mean ${meant}?`;
  throw fail("E_FLAG_CHOICE", { flag, value, hint });
}
