// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { OWN_NUMBERS, SITE_ACCOUNT, SPARSE_LASTLOG } from "./accounts.ts";
import { FILE_OWNERS, SETUID_FILES, WORLD_WRITABLE } from "./file-owners.ts";
import { NOT_ROOT, NUMERIC_USER } from "./final-user.ts";
import { OPEN_MODES } from "./modes.ts";

/** USR001 to USR009. */
export const USERS: readonly Practice[] = [
  ...[NOT_ROOT, FILE_OWNERS, SETUID_FILES, WORLD_WRITABLE, OPEN_MODES],
  ...[SPARSE_LASTLOG, NUMERIC_USER, OWN_NUMBERS, SITE_ACCOUNT],
];
