// Archives that ADD unpacks: a file is one when its bytes say so, packed or not, whatever its name.

import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { BerthError, hasCode, reasonOf } from "../../base/errors.ts";
import { codeFrame } from "../../base/source.ts";
import { BLOCK, isZero, parseBlock } from "../../image/tar/block.ts";
import { type Packing, packingOf, unpacked } from "../../oci/archive/packing.ts";
import type { StepOrigin } from "../types.ts";
import { fail } from "./errors.ts";
import { bytes, toText } from "./root-path.ts";
import { Obstacle, type Owner, type TreeWriter } from "./tree-writer.ts";
import { unpackTar } from "./unpack.ts";

export interface ArchiveOptions {
  /** Folder of the state; a byte string. */
  readonly into: string;
  /** Whom everything belongs to; undefined: what the archive says. */
  readonly owner: Owner | undefined;
  readonly at: StepOrigin;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** How an archive is packed; undefined when the file is none. `path` is a byte string. */
export async function archiveKind(path: string): Promise<Packing | undefined> {
  const head = await firstBlock(path);
  const packing = packingOf(head);
  if (packing === "none") return isTar(head) ? packing : undefined;
  // Compressed, but is it an archive? Its first block tells.
  const stream = unpacked(toText(path), packing);
  try {
    return isTar(await firstBytes(stream)) ? packing : undefined;
  } catch (error) {
    // Without the program that unpacks it, that is what must be said.
    if (hasCode(error, "E_ARCHIVE_PACKING")) throw error;
    return undefined;
  } finally {
    stream.destroy();
  }
}

/** Unpacks an archive into a state. @throws E_COPY_ARCHIVE */
export async function unpackArchive(
  path: string,
  packing: Packing,
  writer: TreeWriter,
  options: ArchiveOptions,
): Promise<void> {
  const { at, signal } = options;
  const name = toText(path);
  try {
    await unpackTar(unpacked(name, packing, signal), writer, { ...options, name, layer: false });
  } catch (error) {
    const stranger = error instanceof BerthError || error instanceof Obstacle || isDamage(error);
    if (signal.aborted || !stranger) throw error;
    throw fail("E_COPY_ARCHIVE", { path: name, reason: reasonOf(error), frame: codeFrame(at) }, { cause: error });
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && /^(Z_|ZSTD_|ERR_)/.test(String((error as NodeJS.ErrnoException).code));
}

function isTar(head: Buffer): boolean {
  return (
    head.length >= BLOCK && !isZero(head.subarray(0, BLOCK)) && typeof parseBlock(head.subarray(0, BLOCK)) !== "string"
  );
}

async function firstBlock(path: string): Promise<Buffer> {
  const file = await open(bytes(path), "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function firstBytes(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    parts.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= BLOCK) break;
  }
  return Buffer.concat(parts);
}
