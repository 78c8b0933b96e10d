// The checks of this folder, in the order of their numbers.

import type { Practice } from "../../practice.ts";
import { ASK_DIRECTLY, CD_BACK, CD_CHECKED, NOT_IF_ELSE, ONE_ROUND, TEST_AND } from "./flow.ts";
import { BACKQUOTES, DOUBLE_BRACKETS, SH_PIPEFAIL, SHEBANG, WHICH } from "./portability.ts";
import {
  BROKEN_QUOTES,
  MIXED_ARGUMENTS,
  SPLIT_ARGUMENTS,
  SPLIT_ARRAYS,
  SPLIT_COMMANDS,
  SPLIT_STAR,
  SPLIT_VARIABLES,
} from "./quotes.ts";
import { ECHO_ESCAPES, MASKED_ANSWER, MKDIR_MODE, NEVER_SET, PATH_REPLACED, PRINTF_FORMAT, RM_ROOT } from "./values.ts";

/** Checks of shell scripts under the numbers of ShellCheck. */
export const SHELL: readonly Practice[] = [
  ...[BACKQUOTES, NOT_IF_ELSE, ECHO_ESCAPES, ONE_ROUND, SPLIT_COMMANDS, SPLIT_STAR, PRINTF_FORMAT, SPLIT_ARGUMENTS],
  ...[SPLIT_VARIABLES, CD_BACK, RM_ROOT, PATH_REPLACED, BROKEN_QUOTES, MIXED_ARGUMENTS, SHEBANG, NEVER_SET],
  ...[MASKED_ANSWER, CD_CHECKED, TEST_AND, MKDIR_MODE, ASK_DIRECTLY, SPLIT_ARRAYS, WHICH, DOUBLE_BRACKETS, SH_PIPEFAIL],
];
