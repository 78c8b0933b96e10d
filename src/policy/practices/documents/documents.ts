// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { LABEL_VALUES, LABELLED, NO_MAINTAINER } from "./labels.ts";
import { HELP_SECTION, LABELS_SECTION } from "./sections.ts";

/** DOC001 to DOC005. */
export const DOCUMENTS: readonly Practice[] = [LABELLED, HELP_SECTION, LABELS_SECTION, NO_MAINTAINER, LABEL_VALUES];
