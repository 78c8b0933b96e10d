// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { ENGINE_SETUP } from "./engine-setup.ts";
import { NO_ENGINE_FOR_USERS, NO_ENGINE_INSIDE } from "./engines.ts";
import { EXPLOITED, FRESH_SCAN, NO_FLAWS, SUPPORTED_PACKAGES } from "./flaws.ts";
import { LOGS_KEPT, LOGS_TO_STREAMS } from "./logs.ts";
import { ALLOWED_PLACE, NO_STRAY_IMAGES, SIGNED, VALID_SIGNATURES } from "./trust.ts";

/** VUL001 to VUL004, SIG001, SIG002, LOC001, LOC002, DAE001 to DAE003, LOG001, LOG002. */
export const OPERATING: readonly Practice[] = [
  ...[NO_FLAWS, FRESH_SCAN, SUPPORTED_PACKAGES, EXPLOITED, SIGNED, VALID_SIGNATURES],
  ...[ALLOWED_PLACE, NO_STRAY_IMAGES, NO_ENGINE_FOR_USERS, ENGINE_SETUP, NO_ENGINE_INSIDE, LOGS_KEPT, LOGS_TO_STREAMS],
];
