// Practices about what images are built from, in the catalogue's order.

import type { Practice } from "../../practice.ts";
import { IMAGE_AGE, LOOKED_AFTER } from "./age.ts";
import { END_OF_SUPPORT } from "./end-of-life.ts";
import { APPROVED_SYSTEM, GOLDEN_BASE } from "./golden.ts";
import { DIGEST_PIN, FIXED_TAG, TAGGED_BASE } from "./pins.ts";
import { ALLOWED_AGENT, KNOWN_BASE, TRUSTED_SOURCE } from "./sources.ts";

export const BASES: readonly Practice[] = [
  ...[GOLDEN_BASE, APPROVED_SYSTEM, END_OF_SUPPORT, TAGGED_BASE, FIXED_TAG, DIGEST_PIN, TRUSTED_SOURCE],
  ...[KNOWN_BASE, ALLOWED_AGENT, IMAGE_AGE, LOOKED_AFTER],
];
