// Every practice, in the order of the folders. One line per record; knows nothing of how they are judged.

import type { Practice } from "../practice.ts";
import { APPLICATIONS } from "./application/application.ts";
import { BASES } from "./base/base.ts";
import { DOCUMENTS } from "./documents/documents.ts";
import { ENVIRONMENT } from "./environment/environment.ts";
import { IGNORES } from "./ignores/ignores.ts";
import { LAYERS } from "./layers/layers.ts";
import { LICENCES } from "./licences/licences.ts";
import { MOUNTS } from "./mounts/mounts.ts";
import { NETWORK } from "./network/network.ts";
import { OPERATING } from "./operating/operating.ts";
import { PACKAGES } from "./packages/packages.ts";
import { PATHS } from "./paths/paths.ts";
import { PROCESSES } from "./processes/processes.ts";
import { RUNNING } from "./running/running.ts";
import { SECRETS } from "./secrets/secrets.ts";
import { SHELL } from "./shell/shell.ts";
import { SOURCES } from "./source/source.ts";
import { STRUCTURE } from "./structure/structure.ts";
import { TAGS } from "./tags/tags.ts";
import { TOOLS } from "./tools/tools.ts";
import { USERS } from "./users/users.ts";

/** All practices that are shipped. */
export const PRACTICES: readonly Practice[] = [
  ...BASES,
  ...SOURCES,
  ...APPLICATIONS,
  ...PATHS,
  ...PACKAGES,
  ...LAYERS,
  ...TOOLS,
  ...PROCESSES,
  ...SECRETS,
  ...STRUCTURE,
  ...SHELL,
  ...TAGS,
  ...USERS,
  ...ENVIRONMENT,
  ...DOCUMENTS,
  ...LICENCES,
  ...MOUNTS,
  ...RUNNING,
  ...NETWORK,
  ...OPERATING,
  ...IGNORES,
];
