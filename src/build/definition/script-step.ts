// The script of a section as a program to be started. The whole script is part of what names the step, so that a changed
// one is never taken from the cache; and it is not on standard input, where programs of the script would eat it.

import { basename } from "node:path";
import { type Section, scriptOptions, scriptText } from "../../recipe/definition/index.ts";
import type { Builder, StepMount, StepOrigin } from "../types.ts";
import { layerStep } from "./layer.ts";

/** How a script is started. */
export interface ScriptStart {
  readonly argv: readonly string[];
  /** What has to be a file at `SCRIPT_FILE`; undefined: the script is one of the words. */
  readonly file: string | undefined;
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
    return { argv: [...program, "-c", script, title], file: undefined };
  }
  return { argv: [...program, SCRIPT_FILE], file: script };
}

/** The file as a mount: it lies in a state of its own, whose key stands for its content. */
export async function scriptMounts({ file }: ScriptStart, builder: Builder, at: StepOrigin): Promise<StepMount[]> {
  if (file === undefined) return [];
  const entry = { path: "script", type: "file", mode: 0o755, content: Buffer.from(file) } as const;
  const nothing = await builder.from({ kind: "scratch" }, at);
  const state = await builder.step(nothing, layerStep({ entries: [entry], removed: [] }, 0), at);
  return [{ kind: "bind", target: SCRIPT_FILE, from: { kind: "state", state }, path: "/script", writable: false }];
}

/** The same on the host, where standard input is the only other way. */
export function hostScript(
  section: Section,
  title: string,
): { readonly argv: readonly string[]; readonly input: string } {
  const { argv, file } = scriptStart(section, title);
  return file === undefined ? { argv, input: "" } : { argv: argv.slice(0, -1), input: file };
}
