// Where a command looks for the advisories; shared by those that read or change them.

import type { FlagSpec } from "./flags.ts";

/** `--store DIR`. */
export const STORE_FLAG = {
  long: "store",
  kind: "text",
  value: "dir",
  env: ["ADVISORIES"],
  help: "folder of the advisories; the site's, else your own, unless said",
} as const satisfies FlagSpec;
