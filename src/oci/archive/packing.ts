// How a file is packed, told by its first bytes, and its unpacked bytes as a stream.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { unpackZstd } from "../layers/unpack-zstd.ts";
import { fail } from "./errors.ts";

/** How something is packed. */
export type Packing = "none" | "gzip" | "zstd" | "xz" | "bzip2";

const MAGIC: readonly (readonly [Packing, string])[] = [
  ["gzip", "1f8b"],
  ["zstd", "28b52ffd"],
  ["xz", "fd377a585a00"],
  ["bzip2", "425a68"],
];

/** Tells by the first bytes (six are enough). */
export function packingOf(head: Uint8Array): Packing {
  const hex = Buffer.from(head.subarray(0, 6)).toString("hex");
  return MAGIC.find(([, magic]) => hex.startsWith(magic))?.[0] ?? "none";
}

/** Packing of a file. @throws E_ARCHIVE_OPEN */
export async function filePacking(path: string): Promise<Packing> {
  try {
    const file = await open(path, "r");
    try {
      return packingOf((await file.read(Buffer.alloc(6), 0, 6, 0)).buffer);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fail("E_ARCHIVE_OPEN", { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** The unpacked bytes of a packed file. @throws E_ARCHIVE_PACKING; damage ends the stream in an error */
export function unpacked(path: string, packing: Packing, signal?: AbortSignal): Readable {
  const file = createReadStream(path, { highWaterMark: 256 * 1024, ...(signal ? { signal } : {}) });
  if (packing === "none") return file;
  if (packing === "xz" || packing === "bzip2") return Readable.from(byProgram(packing, path, file));
  if (packing === "zstd") return unpackZstd(file);
  return pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), () => undefined);
}

// Node has neither; the programs are on most machines, and asked for by name where they are not.
async function* byProgram(packing: "xz" | "bzip2", path: string, file: Readable): AsyncGenerator<Buffer> {
  const child = spawn(packing, ["--decompress", "--stdout"], { stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "close");
  ended.catch(() => undefined);
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(0, 1000);
  });
  pipeline(file, child.stdin, () => undefined);
  try {
    yield* child.stdout;
    // The end of output counts only once the program has said that all was well.
    const [code] = await ended;
    if (code !== 0) throw fail("E_ARCHIVE_FORM", { path, why: words.trim() || `${packing} failed (${code})` });
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    const hint = `install ${packing === "xz" ? "xz-utils" : packing}, or unpack the file first`;
    const why = `needs the program ${packing}`;
    throw fail("E_ARCHIVE_PACKING", { path, packing, why, hint }, { cause: error });
  } finally {
    child.kill();
    file.destroy();
  }
}
