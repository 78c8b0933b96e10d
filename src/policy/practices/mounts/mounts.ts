// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { KEPT_DATA, VOLUMES } from "./data-volumes.ts";
import { ENGINE_SOCKET, HOME_FOLDERS, SYSTEM_FOLDERS } from "./host-folders.ts";
import { DEEP_MOUNTS, OPEN_PARENTS, READ_ONLY_MOUNTS } from "./shared-systems.ts";

/** MNT001 to MNT008. */
export const MOUNTS: readonly Practice[] = [
  ...[SYSTEM_FOLDERS, HOME_FOLDERS, ENGINE_SOCKET, READ_ONLY_MOUNTS, DEEP_MOUNTS],
  ...[VOLUMES, KEPT_DATA, OPEN_PARENTS],
];
