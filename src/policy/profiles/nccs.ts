// The profile `nccs`: the container practices of NASA's climate simulation centre. Services are judged as in `generic`; a site names its
// golden images itself.

import type { PolicyConfig } from "../config.ts";
import { GENERIC } from "./generic.ts";
import { NCCS_PRACTICES } from "./practice-severities.ts";
import { NCCS_TABLES } from "./practice-tables.ts";

const OF_STACKS = [...GENERIC.severities].filter(([id]) => id.includes("-"));

export const NCCS: PolicyConfig = {
  ...GENERIC,
  profile: "nccs",
  severities: new Map([...OF_STACKS, ...NCCS_PRACTICES]),
  practices: NCCS_TABLES,
};
