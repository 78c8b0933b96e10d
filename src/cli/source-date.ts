// The moment that what is made should say it was made (reproducible-builds.org).

import { defineErrors } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";

const fail = defineErrors({
  E_BUILD_EPOCH: {
    text: 'SOURCE_DATE_EPOCH is "{value}", which is no number of seconds since 1970',
    hint: "write whole seconds, such as 1700000000, or unset it",
    exit: 1,
  },
});

/** SOURCE_DATE_EPOCH in seconds since 1970; undefined when it is not set. @throws E_BUILD_EPOCH */
export function sourceDate(env: Environment): number | undefined {
  const value = env["SOURCE_DATE_EPOCH"];
  if (value === undefined || value === "") return undefined;
  if (!/^\d{1,11}$/.test(value)) throw fail("E_BUILD_EPOCH", { value });
  return Number(value);
}
