// Calls `berth-node`, root's hands: what it shall do goes in, how it went comes out. What it and the site's hooks say is kept
// in a file without a name: a hook may leave a process behind that holds its standard error for ever.

import { spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { ownProgram } from "../../run/programs.ts";

/** How a call went. */
export interface Outcome {
  /** Exit status; undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly out: string;
  /** What was said, one line after the other. */
  readonly said: readonly string[];
}

const MAX_SAID = 16 * 1024;

/** Runs `berth-node WORDS…` and waits. `room` is a directory that only root may write to. @throws E_PROGRAM */
export function callNode(words: readonly string[], input: Buffer, room: string, env: Environment): Outcome {
  const program = ownProgram("berth-node", env);
  const said = openUnnamed(room);
  try {
    const child = spawnSync(program, words, {
      ...{ input, env: {}, cwd: "/", encoding: "buffer", stdio: ["pipe", "pipe", said] },
    });
    // One that ends before it has read everything has said why.
    if (child.error && errnoOf(child.error) !== "EPIPE") throw child.error;
    return { status: child.status ?? undefined, out: child.stdout.toString(), said: readLines(said) };
  } finally {
    closeSync(said);
  }
}

const { O_RDWR, O_DIRECTORY } = constants;
// Linux's own, which no runtime has a word for; without the bit of O_DIRECTORY, which is another one on each architecture.
const O_TMPFILE = 0o20000000;

function openUnnamed(dir: string): number {
  try {
    return openSync(dir, O_TMPFILE | O_DIRECTORY | O_RDWR, 0o600);
  } catch (error) {
    if (errnoOf(error) !== "EOPNOTSUPP") throw error;
    const path = `${dir}/.said-${globalThis.crypto.randomUUID()}`;
    const file = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return file;
  }
}

// The end of what was said: the reason comes last.
function readLines(file: number): readonly string[] {
  const { size } = fstatSync(file);
  const bytes = Buffer.alloc(Math.min(size, MAX_SAID));
  const got = readSync(file, bytes, 0, bytes.length, size - bytes.length);
  return bytes
    .toString("utf8", 0, got)
    .split("\n")
    .filter((line) => line !== "");
}
