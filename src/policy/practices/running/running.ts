// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { CAPABILITIES_DROPPED, LISTED_CAPABILITIES } from "./capabilities.ts";
import { CONFINED, NAMED_USER, NO_NEW_PRIVILEGES, NOT_PRIVILEGED, OWN_NAMESPACES } from "./confinement.ts";
import { ISOLATION } from "./isolation.ts";
import { COMPOSE_VERSION, LIMITED, NO_TERMINAL } from "./service-habits.ts";
import { READ_ONLY_ROOT, REBUILT, UNCHANGED_IMAGE } from "./unchanged.ts";

/** RUN001 to RUN014. */
export const RUNNING: readonly Practice[] = [
  ...[NOT_PRIVILEGED, NAMED_USER, READ_ONLY_ROOT, LISTED_CAPABILITIES, CAPABILITIES_DROPPED, NO_NEW_PRIVILEGES],
  ...[OWN_NAMESPACES, CONFINED, UNCHANGED_IMAGE, LIMITED, ISOLATION, REBUILT, NO_TERMINAL, COMPOSE_VERSION],
];
