// Failures of reading recipes that are no mistake at a place a parser could note.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_RECIPE_WORD: { text: "{word} cannot be expanded: {reason}", hint: "check the variables of this line" },
  E_RECIPE_VARIABLE: { text: "{name}: {reason}", hint: "give it a value, such as by --build-arg {name}=VALUE" },
  E_RECIPE_MOUNT: { text: "--mount={mount} is no mount: {reason}", hint: "{advice}" },
  E_RECIPE_IGNORE: {
    text: "{file} line {line} is no pattern: {pattern}",
    hint: "close the bracket, or escape it with \\",
  },
});
