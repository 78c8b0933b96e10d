// Practices about where files go, in the catalogue's order.

import type { Practice } from "../../practice.ts";
import { HIDDEN_WRITE, MOUNTED_WORKDIR } from "./hidden-writes.ts";
import { HOME_INSTALL } from "./home-installs.ts";
import { HIDDEN_FILES, OPEN_FILES } from "./image-files.ts";
import { ABSOLUTE_WORKDIR, KNOWN_DESTINATION } from "./relative.ts";
import { SETUP_ON_HOST } from "./setup.ts";

export const PATHS: readonly Practice[] = [
  ...[HIDDEN_WRITE, HIDDEN_FILES, MOUNTED_WORKDIR, HOME_INSTALL],
  ...[SETUP_ON_HOST, ABSOLUTE_WORKDIR, KNOWN_DESTINATION, OPEN_FILES],
];
