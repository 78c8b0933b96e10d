// Values of the flags of `berth oci`.

import { defineErrors } from "../base/errors.ts";

const fail = defineErrors({
  E_OCI_COUNT: { text: '"{text}" is no number from 0 to {max}', hint: "write a whole number", exit: 1 },
});

/** A number of things, from 0 to `max`. @throws E_OCI_COUNT */
export function parseCount(text: string, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : max + 1;
  if (number > max) throw fail("E_OCI_COUNT", { text, max });
  return number;
}
