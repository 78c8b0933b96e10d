// The policies that are shipped, by name.

import type { PolicyConfig } from "../config.ts";
import { GENERIC } from "./generic.ts";
import { NCCS } from "./nccs.ts";
import { SPIN } from "./spin.ts";

export const PROFILES: ReadonlyMap<string, PolicyConfig> = new Map([
  ["generic", GENERIC],
  ["nccs", NCCS],
  ["spin", SPIN],
]);
