// What can go wrong while a program or library is read.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_ELF_DAMAGED: {
    text: "{path} is a damaged program or library: {what}",
    hint: "fetch, build or install it again",
    exit: 1,
  },
});
