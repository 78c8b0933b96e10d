// A layer's blob as a stream of uncompressed tar, whatever it was compressed with. That is read off its first bytes:
// media types in real images are sometimes wrong.
// The config's diff_ids are not compared: every blob is held against its digest by the `BlobSource`, and hashing it once
// more uncompressed costs a twentieth of the whole conversion without telling more of whom the bytes are from.

import type { Readable, Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { ZstdFrames } from "../../oci/layers/zstd-frames.ts";
import type { BlobSource, Descriptor } from "../../oci/types.ts";
import { fail } from "../errors.ts";

/** Bytes of one uncompressed chunk: large enough that the trips between threads do not count. */
const CHUNK = 1 << 18;
/** Chunks decompressed ahead of the reader. */
const AHEAD = 16;

/** How a layer is named in errors. */
export function layerName(descriptor: Descriptor): string {
  return `layer ${descriptor.digest}`;
}

export interface OpenLayer {
  /** Ends everything that runs for this layer. */
  readonly signal: AbortSignal;
  /** Told how many bytes of the blob were read. */
  readonly onBytes: (count: number) => void;
}

/**
 * Opens a layer; decompression runs ahead of the reader, within a bound. The stream fails with the blob's own error, or
 * with E_LAYER_ENCODING when it does not decompress.
 */
export async function openLayer(
  blobs: BlobSource,
  descriptor: Descriptor,
  { signal, onBytes }: OpenLayer,
): Promise<AsyncIterable<Buffer>> {
  const blob = await blobs.open(descriptor, { signal });
  signal.addEventListener("abort", () => blob.destroy(), { once: true });
  const source = counted(blob, onBytes);
  const head = await firstBytes(source);
  const decoder = decoderFor(head, layerName(descriptor));
  const chunks = chain(head, source);
  if (decoder === undefined) return chunks;
  signal.addEventListener("abort", () => decoder.stream.destroy(), { once: true });
  // The blob may turn out to be wrong when its content has ended and nobody listens there any more: `fed` tells.
  decoder.stream.on("error", () => undefined);
  const fed = feed(chunks, decoder, signal);
  fed.catch((error) => decoder.stream.destroy(error));
  return decoded(decoder.stream, fed, layerName(descriptor));
}

interface Decoder {
  readonly stream: Transform;
  /** Cuts input where the decompressor needs it. */
  split(chunk: Buffer): readonly Buffer[];
  /** False when the input ended in the middle. */
  complete(): boolean;
}

function decoderFor(head: Buffer, layer: string): Decoder | undefined {
  // With objects as its unit of reading, the stream hands out chunk by chunk instead of joining what is buffered.
  const options = { chunkSize: CHUNK, readableObjectMode: true, readableHighWaterMark: AHEAD };
  // A name may begin with any bytes: what has the tar magic is tar.
  if (head.toString("latin1", 257, 262) === "ustar") return undefined;
  if (head.length >= 2 && head.readUInt16BE() === 0x1f8b) {
    return { stream: createGunzip(options), split: (chunk) => [chunk], complete: () => true };
  }
  if (head.length >= 4 && (head.readUInt32LE() === 0xfd2fb528 || head.readUInt32LE() >>> 4 === 0x184d2a5)) {
    const frames = new ZstdFrames();
    const stream = createZstdDecompress(options);
    return { stream, split: (chunk) => frames.split(chunk), complete: () => frames.complete };
  }
  const other = head.toString("latin1", 0, 3) === "BZh" ? "bzip2" : head.toString("latin1", 1, 5) === "7zXZ" && "xz";
  if (other)
    throw fail("E_LAYER_ENCODING", { layer, reason: `it is compressed with ${other}, which images may not use` });
  return undefined;
}

async function feed(chunks: AsyncIterable<Buffer>, decoder: Decoder, signal: AbortSignal): Promise<void> {
  const { stream } = decoder;
  let ended = false;
  stream.once("end", () => {
    ended = true;
  });
  for await (const chunk of chunks) {
    // The reader has had enough, or the data are no good.
    if (stream.destroyed && !ended) return;
    // What follows the compressed data (zeros are let pass) is still read: only at its end is a blob found to be the right one.
    for (const piece of ended ? [] : decoder.split(chunk)) {
      if (!stream.write(piece)) await takesMore(stream, signal);
    }
  }
  if (!decoder.complete()) throw new Error("the compressed data is cut short");
  if (!ended) stream.end();
}

// A decompressor that has come to its end never says "drain".
function takesMore(stream: Transform, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      stream.off("drain", settle).off("end", settle).off("close", settle);
      signal.removeEventListener("abort", settle);
      if (signal.aborted) reject(signal.reason);
      else if (stream.errored) reject(stream.errored);
      else resolve();
    };
    stream.on("drain", settle).on("end", settle).on("close", settle);
    signal.addEventListener("abort", settle);
    if (stream.destroyed || signal.aborted) settle();
  });
}

async function* decoded(stream: Readable, fed: Promise<void>, layer: string): AsyncGenerator<Buffer> {
  try {
    yield* stream;
    await fed;
  } catch (error) {
    if (error instanceof BerthError || (error as Error).name === "AbortError") throw error;
    throw fail("E_LAYER_ENCODING", { layer, reason: `it does not decompress: ${reasonOf(error)}` }, { cause: error });
  }
}

async function* counted(blob: Readable, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of blob as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** At least one header block, if there is as much. */
async function firstBytes(source: AsyncGenerator<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let length = 0; length < 512; ) {
    const { done, value } = await source.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  return Buffer.concat(parts);
}

async function* chain(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}
