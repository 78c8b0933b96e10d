// Which variables of the host go into a container (spec/apptainer.md 1.4, step 1). Pure.

import type { Environment } from "../platform/user.ts";

/** How much of the host's environment is wanted. */
export interface HostFilter {
  /** `--cleanenv`: only the terminal and the proxies. */
  readonly clean: boolean;
  /** `--no-env`: names that stay behind. */
  readonly drop: readonly string[];
}

const PROXIES = ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"];
const KEPT_WHEN_CLEAN = new Set(["TERM", ...PROXIES, ...PROXIES.map((name) => name.toUpperCase())]);
// The container has its own; the host's values would point at the host's files.
const NEVER = new Set(["PATH", "HOME", "LD_LIBRARY_PATH"]);
const OURS = /^(?:BERTH|APPTAINER|SINGULARITY)(?:ENV)?_/;

/** True for a name that a shell can hold; others (`BASH_FUNC_x%%`) are dropped on the way. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** The host's variables that pass. Empty ones do not: an empty value from outside counts as unset. */
export function filterHost(host: Environment, filter: HostFilter): Map<string, string> {
  const passed = new Map<string, string>();
  for (const [name, value] of Object.entries(host)) {
    if (!value || !isVariableName(name) || NEVER.has(name) || OURS.test(name) || filter.drop.includes(name)) continue;
    if (filter.clean && !KEPT_WHEN_CLEAN.has(name)) continue;
    passed.set(name, value);
  }
  if (filter.clean) passed.set("LANG", "C");
  return passed;
}
