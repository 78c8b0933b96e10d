// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { SSH_DAEMON } from "./ssh-daemon.ts";
import { SUDO } from "./sudo.ts";
import { DEBUGGING, INTERACTIVE, REMOTE_ACCESS } from "./unwanted-tools.ts";

/** TOO001 to TOO005. */
export const TOOLS: readonly Practice[] = [REMOTE_ACCESS, INTERACTIVE, DEBUGGING, SUDO, SSH_DAEMON];
