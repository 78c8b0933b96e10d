// Reads an environment file (--env-file): shell code, evaluated once by the host's /bin/sh with the host's environment
// (spec/apptainer.md 1.4). Assignments count with and without "export". The file is the caller's own: it runs as the
// caller, before the container exists, exactly as if it had been sourced in the caller's shell.

import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { defineErrors, reasonOf } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";
import { isVariableName } from "./environment-host.ts";

const fail = defineErrors({
  E_ENV_FILE_READ: {
    text: "cannot read the environment file {path}: {reason}",
    hint: "check the name given to --env-file",
  },
  E_ENV_FILE_RUN: {
    text: "the environment file {path} could not be evaluated: {reason}",
    hint: "it must be POSIX shell code, usually lines of the form NAME=VALUE; try: sh -n {path}",
  },
});

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 60_000;
// What the shell itself changes.
const OF_THE_SHELL = new Set(["_", "SHLVL", "PWD", "OLDPWD", "PS1", "PS2", "PS4", "IFS", "OPTIND", "PPID"]);
// What commands in the file print must not mix with the result. The PATH that the file sets is the container's.
const PROGRAM = (load: string): string => `exec 3>&1 >/dev/null; set -a; ${load} || exit 125; command -p env -0 >&3`;
const LOAD_FILE = '. "$1"';
const LOAD_INPUT = 'eval "$(command -p cat)"';

/** The variables that a file sets. @throws E_ENV_FILE_READ, E_ENV_FILE_RUN */
export function readEnvFile(name: string, host: Environment): Map<string, string> {
  const path = resolve(name);
  const text = readText(path);
  const assigned = assignedNames(text);
  // What is no regular file, as in `--env-file <(program)`, can be read only once, and that has happened.
  const once = !statSync(path).isFile();
  const child = spawnSync("/bin/sh", ["-c", PROGRAM(once ? LOAD_INPUT : LOAD_FILE), "sh", path], {
    env: host as NodeJS.ProcessEnv,
    stdio: [once ? "pipe" : "ignore", "pipe", "pipe"],
    ...(once ? { input: text } : {}),
    maxBuffer: MAX_BYTES,
    timeout: TIMEOUT_MS,
  });
  if (child.error || child.status !== 0) {
    const reason = child.error ? reasonOf(child.error) : String(child.stderr).trim() || `exit status ${child.status}`;
    throw fail("E_ENV_FILE_RUN", { path, reason: reason.slice(0, 500) });
  }
  const values = new Map<string, string>();
  for (const [variable, value] of splitNul(String(child.stdout))) {
    if (!isVariableName(variable) || OF_THE_SHELL.has(variable)) continue;
    // A value equal to the host's was still set by the file when the file assigns it.
    if (assigned.has(variable) || host[variable] !== value) values.set(variable, value);
  }
  return values;
}

// Bounded, since the name may be that of a device without an end.
function readText(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(MAX_BYTES + 1);
      let length = 0;
      for (let got = -1; got !== 0 && length < bytes.length; length += got) {
        got = readSync(file, bytes, length, bytes.length - length, null);
      }
      if (length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
      return bytes.toString("utf8", 0, length);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw fail("E_ENV_FILE_READ", { path, reason: reasonOf(cause) }, { cause });
  }
}

function assignedNames(text: string): Set<string> {
  return new Set([...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=/gm)].map((match) => match[1] ?? ""));
}

function splitNul(text: string): [string, string][] {
  return text
    .split("\0")
    .filter((entry) => entry.includes("="))
    .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
}
