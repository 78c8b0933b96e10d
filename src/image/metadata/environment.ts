// `/.singularity.d/env/10-docker2singularity.sh`: the image's ENV as a script that other runtimes source
// (spec/apptainer.md sections 1.4 and 2.3). berth itself reads the OCI configuration and never runs this.

import { shellQuote } from "./quote.ts";

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

// Shells refuse to assign these, or refuse most values for them, and stop reading the script there: all variables
// after such a line would be lost.
const SHELLS_OWN = new Set([
  "BASHOPTS",
  "BASHPID",
  "BASH_VERSINFO",
  "EUID",
  "GID",
  "OPTIND",
  "PPID",
  "SHELLOPTS",
  "UID",
]);

/** One entry of the OCI `Env` list; `value` is undefined when the entry has no `=`. */
interface EnvEntry {
  readonly name: string;
  readonly value: string | undefined;
}

/** Splits an entry of the OCI `Env` list at its first `=`. */
function parseEnvEntry(entry: string): EnvEntry {
  const equals = entry.indexOf("=");
  return equals === -1
    ? { name: entry, value: undefined }
    : { name: entry.slice(0, equals), value: entry.slice(equals + 1) };
}

/**
 * The script. An image's value beats the host's (overrides come later, after `99-base.sh`), so the assignments are
 * unconditional. Names that no shell can export are left out; berth's own runtime sets them from the configuration.
 */
export function environmentScript(env: readonly string[]): string {
  const lines = env.map(parseEnvEntry).map(exportLine);
  return ["#!/bin/sh", ...lines.filter((line) => line !== undefined), ""].join("\n");
}

function exportLine({ name, value }: EnvEntry): string | undefined {
  if (!NAME.test(name) || SHELLS_OWN.has(name)) return undefined;
  // Without a value the entry only passes on what is there already.
  return value === undefined ? `export ${name}="\${${name}:-}"` : `export ${name}=${shellQuote(value)}`;
}
