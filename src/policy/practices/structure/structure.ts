// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { PLAIN_CHARACTERS } from "./characters.ts";
import { COMPOSE_READABLE } from "./compose-syntax.ts";
import { COPY_NOT_ADD, FOLDER_SLASH } from "./copies.ts";
import { COPY_SOURCE, NOT_FROM_ITSELF, NOT_WHOLE_SYSTEM } from "./copy-sources.ts";
import { KNOWN_SECTIONS, NO_PERCENT_LINES } from "./definition-syntax.ts";
import { RUN_OPTIONS } from "./run-options.ts";
import { HEREDOC_ERREXIT, ONE_DOWNLOADER, PIPEFAIL, WORKDIR_NOT_CD } from "./run-style.ts";
import { SHELL_READABLE } from "./shell-syntax.ts";
import { FILES_THERE, PLATFORM } from "./sources-and-platforms.ts";
import { SPELLING } from "./spelling.ts";
import { STAGE_NAMES } from "./stage-names.ts";
import { BEGINS_WITH_FROM, READABLE } from "./syntax.ts";
import { VARIABLES } from "./variables.ts";

/** STR001 to STR022. */
export const STRUCTURE: readonly Practice[] = [
  ...[READABLE, BEGINS_WITH_FROM, STAGE_NAMES, COPY_SOURCE, NOT_FROM_ITSELF, FOLDER_SLASH, COPY_NOT_ADD],
  ...[WORKDIR_NOT_CD, PIPEFAIL, ONE_DOWNLOADER, KNOWN_SECTIONS, NO_PERCENT_LINES, FILES_THERE, VARIABLES],
  ...[SPELLING, HEREDOC_ERREXIT, NOT_WHOLE_SYSTEM, PLATFORM],
  ...[COMPOSE_READABLE, SHELL_READABLE, PLAIN_CHARACTERS, RUN_OPTIONS],
];
