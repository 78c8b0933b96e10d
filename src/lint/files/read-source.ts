// The text of a file that is checked. Bounded: a file of gigabytes is no recipe.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { SourceText } from "../../base/source.ts";
import { fail } from "../errors.ts";

/** Bytes. */
export const LARGEST_TEXT = 4 << 20;

/** Milliseconds between looks at a pipe: both runtimes tell of regular streams only. */
const PIPE_WAIT = 10;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EISDIR: "it is a folder",
  EACCES: "you may not read it",
};

/** Reads a file. In one go: small files of a local disk cost more to wait for than to read. @throws E_LINT_READ, E_LINT_SIZE */
export async function readSource(path: string): Promise<SourceText> {
  const bytes = await readBounded(path);
  if (bytes.length > LARGEST_TEXT) throw fail("E_LINT_SIZE", { path, limit: LARGEST_TEXT });
  return { name: path, text: bytes.toString("utf8") };
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    // A pipe that nobody writes to must not hold up the others.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(file);
      // Pipes and files of /proc say 0; a file may grow while it is read.
      const room = Buffer.alloc(size > LARGEST_TEXT || size === 0 ? LARGEST_TEXT + 1 : size + 1);
      let length = 0;
      while (length < room.length) {
        const count = readNow(file, room, length);
        if (count === 0) break;
        if (count === undefined) await setTimeout(PIPE_WAIT);
        else length += count;
      }
      return room.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

// Undefined: a pipe whose writer has not written yet, such as one of `<(program)`.
function readNow(file: number, room: Buffer, at: number): number | undefined {
  try {
    return readSync(file, room, at, room.length - at, null);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

/** The failure for what cannot be read, in words. */
export function cannotRead(path: string, cause: unknown): Error {
  const known = REASONS[errnoOf(cause) ?? ""];
  // The system's own sentence would say the path again.
  return fail("E_LINT_READ", { path, why: known ?? reasonOf(cause) }, known === undefined ? { cause } : {});
}

/** Reads a text from a stream, such as standard input. @throws E_LINT_SIZE */
export async function readStream(stream: AsyncIterable<Buffer | string>, name: string): Promise<SourceText> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > LARGEST_TEXT) throw fail("E_LINT_SIZE", { path: name, limit: LARGEST_TEXT });
    chunks.push(bytes);
  }
  return { name, text: Buffer.concat(chunks).toString("utf8") };
}
