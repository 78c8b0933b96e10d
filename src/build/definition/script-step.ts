// The script of a section as a program to be started. The whole script is part of what names the step, so that a changed
// one is never taken from the cache; and it is not on standard input, where programs of the script would eat it.

import { basename } from "node:path";
import { digestOf } from "../../base/digest.ts";
import { type Section, scriptOptions, scriptText } from "../../recipe/definition/index.ts";
import type { StepMount } from "../types.ts";

/** How a script is started in the state. */
export interface ScriptStart {
  readonly argv: readonly string[];
  readonly mounts: readonly StepMount[];
  readonly env: Readonly<Record<string, string>>;
}

// The kernel takes at most 128 KiB in one word of a command line.
const MAX_WORD_BYTES = 100_000;
const SHELLS = new Set(["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"]);
const SCRIPT_FILE = "/.singularity.d/.script";

/** `/bin/sh -ex`, or what `-c` says, with the section's script; messages of the shell begin with `title`. */
export function scriptStart(section: Section, title: string): ScriptStart {
  const script = scriptText(section);
  const { interpreter, options } = scriptOptions(section);
  const program = interpreter ?? ["/bin/sh", "-ex", ...options];
  if (SHELLS.has(basename(program[0] ?? "")) && Buffer.byteLength(script) <= MAX_WORD_BYTES) {
    return { argv: [...program, "-c", script, title], mounts: [], env: {} };
  }
  const content = Buffer.from(script);
  return {
    argv: [...program, SCRIPT_FILE],
    mounts: [{ kind: "secret", target: SCRIPT_FILE, content, mode: 0o755, uid: 0, gid: 0 }],
    // What is mounted is no part of a step's name; a variable is.
    env: { BERTH_SCRIPT: digestOf(content) },
  };
}

/** The same on the host, where standard input is the only other way. */
export function hostScript(
  section: Section,
  title: string,
): { readonly argv: readonly string[]; readonly input: string } {
  const { argv, mounts } = scriptStart(section, title);
  return mounts.length === 0 ? { argv, input: "" } : { argv: argv.slice(0, -1), input: scriptText(section) };
}
