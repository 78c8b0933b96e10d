// What is executed: the table of ENTRYPOINT, CMD and arguments (spec/apptainer.md 1.5), and runscripts. Pure.
// Arguments arrive as they were given: Apptainer's default of evaluating them once more is its best-known trap.

import { defineErrors } from "../base/errors.ts";
import type { RuntimeConfig } from "../oci/types.ts";

const fail = defineErrors({
  E_RUN_NOTHING: {
    text: "the image has neither an entry point nor a command, and no program was given",
    hint: "name a program after the image, or use: berth shell {image}",
  },
});

/**
 * Whose runscript an image has: none that matters (the configuration says what to run), one that people wrote, or one
 * that Apptainer generated from a configuration that is not at hand.
 */
export type RunscriptKind = "none" | "written" | "generated";

/** What is known of an image's ways to be run. */
export interface Runnable {
  readonly config: RuntimeConfig | undefined;
  readonly runscript: RunscriptKind;
  readonly testscript: boolean;
  readonly startscript: boolean;
  readonly hasBash: boolean;
}

/** The words to be executed, none when there is nothing to do; `notes` are said first. */
export interface Entry {
  readonly argv: readonly string[];
  readonly notes: readonly string[];
}

const RUNSCRIPT = "/.singularity.d/runscript";
const TESTSCRIPT = "/.singularity.d/test";
const STARTSCRIPT = "/.singularity.d/startscript";

/** `run`: the runscript, or ENTRYPOINT and CMD, or a shell. */
export function runEntry(image: Runnable, args: readonly string[]): Entry {
  if (image.runscript !== "none") return { argv: [RUNSCRIPT, ...args], notes: [] };
  const words = ociWords(image.config, args);
  if (words.length > 0) return { argv: words, notes: [] };
  return { argv: ["/bin/sh"], notes: ["No runscript found in container, executing /bin/sh"] };
}

/** `run --docker`: as `docker run` does; without anything to run it is an error. @throws E_RUN_NOTHING */
export function dockerEntry(config: RuntimeConfig | undefined, args: readonly string[], image: string): Entry {
  const words = ociWords(config, args);
  if (words.length === 0) throw fail("E_RUN_NOTHING", { image });
  return { argv: words, notes: [] };
}

/** `test`: the image's own test script; an image without one has nothing to run, and passes. */
export function testEntry(image: Runnable, args: readonly string[]): Entry {
  if (image.testscript) return { argv: [TESTSCRIPT, ...args], notes: [] };
  return { argv: [], notes: ["No test script found in container: nothing was tested"] };
}

/** `instance start`: the start script; an instance of an image without one begins empty, for others to come in. */
export function startEntry(image: Runnable, args: readonly string[]): Entry {
  if (image.startscript) return { argv: [STARTSCRIPT, ...args], notes: [] };
  return { argv: [], notes: ["No startscript found in container: the instance begins without a program"] };
}

/** `shell`: the wanted shell, else bash without its start files, else sh. */
export function shellEntry(image: Runnable, wanted: string | undefined): Entry {
  if (wanted) return { argv: [wanted], notes: [] };
  return { argv: image.hasBash ? ["/bin/bash", "--norc"] : ["/bin/sh"], notes: [] };
}

/** ENTRYPOINT and CMD with the caller's arguments: arguments take the place of CMD, never of ENTRYPOINT. */
export function ociWords(config: RuntimeConfig | undefined, args: readonly string[]): readonly string[] {
  const entrypoint = config?.Entrypoint ?? [];
  const cmd = config?.Cmd ?? [];
  return [...entrypoint, ...(args.length > 0 ? args : cmd)];
}

/** True for the runscript that Apptainer writes for an OCI image: the configuration says the same, without its quoting faults. */
export function isGeneratedRunscript(text: string): boolean {
  return /^OCI_ENTRYPOINT=/m.test(text) && /^\s*eval "set \$\{SINGULARITY_OCI_RUN\}"$/m.test(text);
}
