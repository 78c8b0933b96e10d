// Practices about package managers and downloads, in the catalogue's order.

import type { Practice } from "../../practice.ts";
import { ASSUMED_YES, LEFT_FRONTEND, NO_QUESTIONS } from "./answers.ts";
import { PLAIN_APT, RECOMMENDED_PACKAGES } from "./apt-options.ts";
import { LEFT_ARCHIVE } from "./archives.ts";
import { CONDA_CACHE, PACKAGE_CACHE } from "./caches.ts";
import { CLONED_VERSION } from "./clones.ts";
import { LOCK_DRIFT } from "./drift.ts";
import { LONE_REFRESH, STALE_INDEX } from "./index-refresh.ts";
import { LATE_REMOVAL } from "./late-removal.ts";
import { LOST_FAILURE } from "./lost-failures.ts";
import { PIP_CACHE } from "./pip-cache.ts";
import { RUNTIME_CHANGE } from "./runtime-changes.ts";
import { PIPED_SCRIPT, UNCHECKED_ADD, UNCHECKED_DOWNLOAD } from "./unchecked.ts";
import { UPGRADE } from "./upgrades.ts";
import { MOVING_URL, PLAIN_TEXT } from "./urls.ts";
import { VERIFICATION_OFF } from "./verification.ts";
import { LANGUAGE_VERSIONS, SYSTEM_VERSIONS } from "./versions.ts";

export const PACKAGES: readonly Practice[] = [
  ...[UPGRADE, LONE_REFRESH, STALE_INDEX, ASSUMED_YES, PACKAGE_CACHE, LATE_REMOVAL, PIP_CACHE, CONDA_CACHE],
  ...[LEFT_ARCHIVE, RECOMMENDED_PACKAGES, PLAIN_APT, NO_QUESTIONS, LEFT_FRONTEND, SYSTEM_VERSIONS, LANGUAGE_VERSIONS],
  ...[CLONED_VERSION, LOST_FAILURE, RUNTIME_CHANGE, VERIFICATION_OFF, PIPED_SCRIPT, UNCHECKED_ADD, PLAIN_TEXT],
  ...[UNCHECKED_DOWNLOAD, MOVING_URL, LOCK_DRIFT],
];
