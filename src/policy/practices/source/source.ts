// Practices about where an image's source is, in the catalogue's order.

import type { Practice } from "../../practice.ts";
import { MADE_BY_HAND } from "./by-hand.ts";
import { AGREEING_VERSIONS, NAMED_SOURCE, TRACKED_RECIPE } from "./origin.ts";

export const SOURCES: readonly Practice[] = [MADE_BY_HAND, TRACKED_RECIPE, NAMED_SOURCE, AGREEING_VERSIONS];
