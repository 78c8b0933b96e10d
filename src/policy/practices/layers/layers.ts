// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { BUILD_TOOLS_STAY } from "./build-tools.ts";
import { CACHED_INSTALL } from "./cached-install.ts";
import { CLUTTER } from "./clutter.ts";
import { IGNORE_FILE } from "./ignore-file.ts";
import { IMAGE_SIZE, LAYER_COUNT, WASTED_BYTES } from "./image-weight.ts";
import { JOINED_RUNS } from "./joined-runs.ts";
import { LATE_ARGUMENTS } from "./late-arguments.ts";
import { SHARED_BASE } from "./shared-base.ts";
import { SMALL_BASE } from "./small-base.ts";

/** LAY001 to LAY011. */
export const LAYERS: readonly Practice[] = [
  ...[BUILD_TOOLS_STAY, JOINED_RUNS, CACHED_INSTALL, IGNORE_FILE, IMAGE_SIZE, WASTED_BYTES, LAYER_COUNT],
  ...[SHARED_BASE, CLUTTER, LATE_ARGUMENTS, SMALL_BASE],
];
