// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { EXEC_FORM, ONE_ENTRY, STARTS_SOMETHING } from "./entry-form.ts";
import { SCRIPT_HANDS_OVER } from "./entry-script.ts";
import { HEALTH_CHECK, ONE_HEALTH_CHECK } from "./health.ts";
import { ARGUMENTS_QUOTED, SCRIPTS_EXEC } from "./run-scripts.ts";
import { NO_SYSTEM_INIT } from "./system-init.ts";

/** PRC001 to PRC009. */
export const PROCESSES: readonly Practice[] = [
  ...[EXEC_FORM, STARTS_SOMETHING, ONE_ENTRY, SCRIPT_HANDS_OVER, SCRIPTS_EXEC, ARGUMENTS_QUOTED],
  ...[NO_SYSTEM_INIT, HEALTH_CHECK, ONE_HEALTH_CHECK],
];
