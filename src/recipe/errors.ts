// Failures of reading recipes that are no mistake at a place a parser could note; and how failures show a place.

import { type BerthError, defineErrors, type ErrorFields, type Fail } from "../base/errors.ts";
import { codeFrame, type Located } from "../base/source.ts";

export const fail = defineErrors({
  E_RECIPE_WORD: { text: "{word} cannot be expanded: {reason}", hint: "check the variables of this line" },
  E_RECIPE_VARIABLE: { text: "{name}: {reason}", hint: "give it a value, such as by --build-arg {name}=VALUE" },
  E_RECIPE_MOUNT: { text: "--mount={mount} is no mount: {reason}", hint: "{advice}" },
  E_RECIPE_IGNORE: {
    text: "{file} line {line} is no pattern: {pattern}",
    hint: "close the bracket, or escape it with \\",
  },
});

/** Makes failures that show the lines of a recipe which they concern: their texts hold `{frame}`. */
export function atLines<Code extends string>(make: Fail<Code>) {
  return (code: Code, at: Located, fields: ErrorFields = {}, options: { readonly cause?: unknown } = {}): BerthError =>
    make(code, { ...fields, frame: codeFrame(at) }, options);
}
