// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { DENIED_LICENCES, LICENCE_LABEL } from "./licence-words.ts";
import { LICENCE_KEYS, PROPRIETARY_SOFTWARE } from "./proprietary.ts";

/** LIC001 to LIC004. */
export const LICENCES: readonly Practice[] = [PROPRIETARY_SOFTWARE, LICENCE_KEYS, LICENCE_LABEL, DENIED_LICENCES];
