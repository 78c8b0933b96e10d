// What makes a conversion impossible. Each failure shows the lines it concerns.

import { defineErrors, type ErrorFields } from "../../base/errors.ts";
import { codeFrame, type Located } from "../../base/source.ts";

const kinds = {
  E_CONVERT_RECIPE: { text: "{why}\n{frame}", hint: "{hint}" },
  E_CONVERT_REFUSED: { text: "{what} cannot be converted: {why}\n{frame}", hint: "{hint}" },
};

export const fail = defineErrors(kinds);

/** A failure at a place of the recipe. */
export function failAt(code: keyof typeof kinds, at: Located, fields: ErrorFields): Error {
  return fail(code, { ...fields, frame: codeFrame(at) });
}
