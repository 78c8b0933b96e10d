// Opens a file with exactly the calling user's right to read it. The gateway may run as root, or as an account that may
// read other things than the caller: neither must lend its eyes.
//
// As root: the file is looked at and read by programs that have become the caller, groups and all; the bytes come through
// a pipe. As the caller: by opening it. As somebody else: only what everybody may read (see world-readable.ts).

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { BerthError, errnoOf, reasonOf } from "../../../base/errors.ts";
import { type Caller, type OutputOptions, outputAs } from "./as-caller.ts";
import { fail } from "./errors.ts";
import { openWorldReadable } from "./world-readable.ts";

/** An opened file, to be closed. */
export interface CallerFile {
  /** Bytes, as the file system says. */
  readonly size: number;
  /** Ends in an error unless it has `size` bytes. */
  readonly chunks: AsyncIterable<Buffer>;
  close(): Promise<void>;
}

const CHUNK = 1024 * 1024;

/** @throws E_IMPORT_PATH, E_IMPORT_ACCESS, E_IMPORT_KIND, E_IMPORT_RIGHTS, E_IMPORT_STALLED */
export async function openAsCaller(path: string, caller: Caller, options: OutputOptions): Promise<CallerFile> {
  if (!isAbsolute(path) || path.includes("\0")) throw fail("E_IMPORT_PATH", { path });
  const own = process.geteuid?.();
  if (own === 0) return openThroughChild(path, caller, options);
  // O_NONBLOCK: a named pipe must not keep us waiting for its writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const handle = await (own === caller.uid ? open(path, flags) : openWorldReadable(path, caller)).catch(
    (error: unknown) => {
      if (error instanceof BerthError || errnoOf(error) === undefined) throw error;
      throw fail("E_IMPORT_ACCESS", { path, reason: reasonOf(error) }, { cause: error });
    },
  );
  const info = await handle.stat();
  if (!info.isFile()) {
    await handle.close();
    throw fail("E_IMPORT_KIND", { path });
  }
  const chunks = exactly(chunksOf(handle, options.signal), info.size, path);
  return { size: info.size, chunks, close: () => handle.close() };
}

async function* chunksOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openThroughChild(path: string, caller: Caller, options: OutputOptions): Promise<CallerFile> {
  const look = ["stat", "--dereference", "--format=%f %s", "--", path];
  let words = "";
  for await (const chunk of outputAs(path, caller, look, options)) words += chunk.toString();
  const [mode = "", bytes = ""] = words.trim().split(" ");
  if ((Number.parseInt(mode, 16) & constants.S_IFMT) !== constants.S_IFREG) throw fail("E_IMPORT_KIND", { path });
  const size = Number(bytes);
  // Whatever takes the file's place in between is read with the caller's rights too, and must have its size.
  const read = ["dd", `if=${path}`, "bs=1M", "iflag=nonblock,noctty", "status=none"];
  // Nothing is started before the first byte is asked for; who stops asking ends it.
  const chunks = exactly(outputAs(path, caller, read, options), size, path);
  return { size, chunks, close: async () => undefined };
}

async function* exactly(chunks: AsyncIterable<Buffer>, size: number, path: string): AsyncGenerator<Buffer> {
  let got = 0;
  for await (const chunk of chunks) {
    got += chunk.length;
    if (got > size) throw fail("E_IMPORT_CHANGED", { path });
    yield chunk;
  }
  if (got !== size) throw fail("E_IMPORT_CHANGED", { path });
}
