// The profile `generic`, which a site begins with that names none: what keeps people apart from each other and from the node is
// as strict as in `spin`; names, tags and conventions of one site are not demanded.

import type { PolicyConfig } from "../config.ts";
import { OPEN_PORTS } from "./ports.ts";
import { GENERIC_PRACTICES } from "./practice-severities.ts";
import { PRACTICE_TABLES } from "./practice-tables.ts";
import { SPIN } from "./spin.ts";

export const GENERIC: PolicyConfig = {
  ...SPIN,
  profile: "generic",
  severities: new Map([
    ["IMG-02", "info"],
    ["STK-02", "off"],
    ["STK-03", "info"],
    ["STK-04", "off"],
    ["STK-05", "info"],
    ["STK-06", "info"],
    ["SEC-01", "warning"],
    ["SEC-03", "warning"],
    ["CAP-01", "info"],
    ["CAP-01:external", "error"],
    ["SCM-01", "info"],
    ["VOL-13", "off"],
    ...GENERIC_PRACTICES,
  ]),
  serviceTypes: new Map(),
  registries: new Map(),
  portClasses: OPEN_PORTS,
  mounts: [],
  names: { dynamic: undefined, proxy: [], hosts: [] },
  practices: PRACTICE_TABLES,
};
