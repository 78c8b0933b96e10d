// A real pipe for what a program says. The runtime's own "pipes" are sockets, which nobody can open by the name
// /dev/stdout or /dev/stderr, as many recipes do. Both streams share it, so that their lines stay in their order.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import { needProgram, runProgram } from "./program.ts";

/** A pipe whose other end is a stream here. */
export interface OutputPipe {
  /** The end to be given to a program as its standard output and error. */
  readonly descriptor: number;
  /** Ends when every program that was given the other end has closed it, this one included. */
  readonly stream: Readable;
  /** Closes this process's copy of the end for programs; nothing when it is closed. */
  release(): void;
}

/** Makes a pipe; `work` is a folder of the step's own. @throws E_BUILD_PROGRAM, E_OUTPUT_PIPE */
export async function outputPipe(work: string, env: Environment): Promise<OutputPipe> {
  const path = join(work, "output");
  const made = await runProgram(needProgram("mkfifo", env), ["-m", "600", path], work);
  if (!made.ok) throw fail("E_OUTPUT_PIPE", { path, reason: made.said });
  // Opened for both, so that opening waits for nobody.
  const both = openSync(path, constants.O_RDWR);
  try {
    const stream = readerOf(both, needProgram("cat", env));
    const descriptor = openedAgain(both, constants.O_WRONLY);
    let held = true;
    const release = () => {
      if (held) closeSync(descriptor);
      held = false;
    };
    return { descriptor, stream, release };
  } finally {
    closeSync(both);
    rmSync(path, { force: true });
  }
}

function readerOf(pipe: number, cat: string): Readable {
  const end = openedAgain(pipe, constants.O_RDONLY);
  try {
    const reader: ChildProcess = spawn(cat, [], { stdio: [end, "pipe", "ignore"], env: {} });
    const stream = reader.stdout as Readable;
    reader.once("error", (error) => stream.destroy(error));
    return stream;
  } finally {
    // The reader has its own: while this one was open, no program would ever hear that nobody reads.
    closeSync(end);
  }
}

function openedAgain(descriptor: number, flags: number): number {
  return openSync(`/proc/self/fd/${descriptor}`, flags);
}
