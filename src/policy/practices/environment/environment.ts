// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { LEGACY_PAIRS, SAME_ENV } from "./env-form.ts";
import { ENVIRONMENT_SECTION } from "./environment-section.ts";
import { EXPORTS_IN_RUN, LOST_EXPORTS } from "./lost-exports.ts";
import { SEARCH_PATHS } from "./search-paths.ts";

/** ENV001 to ENV006. */
export const ENVIRONMENT: readonly Practice[] = [
  ...[LOST_EXPORTS, EXPORTS_IN_RUN, LEGACY_PAIRS, SAME_ENV, SEARCH_PATHS, ENVIRONMENT_SECTION],
];
