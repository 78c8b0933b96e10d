// Standard output of the commands that print. Opened on first use, for opening it costs `berth exec` more than all its
// other work. A reader that has had enough (`| head`) ends the process in silence, a full disk with a sentence.

import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import { errorReport } from "./report.ts";
import { writeError } from "./terminal-log.ts";

const fail = defineErrors({
  E_OUTPUT: {
    text: "cannot write to standard output: {why}",
    hint: "check the free space of the file system, or send the output elsewhere",
  },
});

// What a shell says of a program that ended by SIGPIPE (128 + 13), as `cat` does in its place.
const READER_GONE = 141;

let opened: NodeJS.WriteStream | undefined;
let failedExit: number | undefined;

/** Says with which status a process ends that cannot write its output: the commands that check have numbers of their own. */
export function endFailedOutputWith(exit: number): void {
  failedExit = exit;
}

/** Standard output, with its failures taken care of. */
export function standardOutput(): NodeJS.WriteStream {
  opened ??= process.stdout.on("error", endAt);
  return opened;
}

/** Writes to standard output. */
export function print(text: string | Uint8Array): void {
  standardOutput().write(text);
}

/** Copies a stream to standard output. @throws what `content` fails with */
export async function printAll(content: Readable): Promise<void> {
  await pipeline(content, standardOutput(), { end: false });
}

// The error comes when the command may long have gone on or ended, so nobody is left to hand it to.
function endAt(error: Error): never {
  if (errnoOf(error) === "EPIPE") process.exit(READER_GONE);
  const failure = fail("E_OUTPUT", { why: reasonOf(error) });
  writeError(errorReport(failure, { color: false, debug: false }));
  process.exit(failedExit ?? failure.exit);
}
