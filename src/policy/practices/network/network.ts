// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { REGISTRIES, SERVICE_NAMES, SHARED_AS_PERSON, STACK_TAGS } from "./names.ts";
import { HIGH_PORTS, OPEN_PORTS, PROXY_PORTS, REAL_PORTS } from "./ports.ts";

/** NET001 to NET004, NAM001, NAM002, REG001 and FSP001. */
export const NETWORK: readonly Practice[] = [
  ...[HIGH_PORTS, PROXY_PORTS, OPEN_PORTS, REAL_PORTS],
  ...[SERVICE_NAMES, STACK_TAGS, REGISTRIES, SHARED_AS_PERSON],
];
