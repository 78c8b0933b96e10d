// An unfinished blob on disk: written at any position, hashed in order as its beginning grows, with a sidecar that says
// which ranges are finished, so that the next process goes on where this one stopped or was killed.

import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { checkMeasured, digestParts, type Expected, parseDigest } from "../../base/digest.ts";
import { writeFailure } from "../store/errors.ts";
import { addRange, type ByteRange, parseRanges, reachedFrom } from "./byte-ranges.ts";

const STEP = 1024 * 1024;
const SAVE_MS = 250;

/** An unfinished blob; its owner holds the blob's lock. */
export class PartialFile {
  readonly #path: string;
  readonly #want: Expected;
  readonly #file: FileHandle;
  readonly #hash: Hash;
  #hashed = 0;
  #ranges: readonly ByteRange[];
  #saved = performance.now();
  // Read-backs for the hash and saves of the sidecar run one after the other.
  #queue: Promise<void> = Promise.resolve();

  private constructor(path: string, want: Expected, file: FileHandle, ranges: readonly ByteRange[]) {
    this.#path = path;
    this.#want = want;
    this.#file = file;
    this.#hash = createHash(digestParts(want.digest).algorithm);
    this.#ranges = ranges;
  }

  /** Opens the file, with the ranges that an earlier process finished. @throws E_STORE_UNWRITABLE, E_STORE_FULL */
  static async open(path: string, want: Expected): Promise<PartialFile> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const ranges = await readRanges(path, want.size);
      const file = await open(path, ranges.length > 0 ? "r+" : "w+", 0o600);
      return new PartialFile(path, want, file, ranges);
    } catch (error) {
      throw writeFailure(error, dirname(path));
    }
  }

  get ranges(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** Writes at a position. @throws E_STORE_FULL */
  async write(at: number, chunks: readonly Buffer[]): Promise<void> {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    try {
      await writeAll(this.#file, at, chunks, length);
    } catch (error) {
      throw writeFailure(error, dirname(this.#path));
    }
    this.#ranges = addRange(this.#ranges, { from: at, to: at + length });
    if (at === this.#hashed) {
      for (const chunk of chunks) this.#hash.update(chunk);
      this.#hashed += length;
    }
    if (performance.now() - this.#saved > SAVE_MS) await this.save();
  }

  /** Records what is finished; a killed process loses at most what came after the last record. */
  save(): Promise<void> {
    this.#saved = performance.now();
    return this.#inTurn(async () => {
      const text = JSON.stringify({ size: this.#want.size, ranges: this.#ranges.map(({ from, to }) => [from, to]) });
      const next = `${sidecar(this.#path)}.next`;
      // A cache removed under us: the blob cannot be published either, and that is where it is said.
      await writeFile(next, text, { mode: 0o600 })
        .then(() => rename(next, sidecar(this.#path)))
        .catch(ignored);
    });
  }

  /** Hashes what has become part of the unbroken beginning but was not hashed when it passed by. */
  catchUp(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const buffer = Buffer.allocUnsafe(STEP);
      for (let end = reachedFrom(this.#ranges, 0); this.#hashed < end; end = reachedFrom(this.#ranges, 0)) {
        signal?.throwIfAborted();
        const { bytesRead } = await this.#file.read(buffer, 0, Math.min(STEP, end - this.#hashed), this.#hashed);
        if (bytesRead === 0) throw new Error(`${this.#path} was cut while it was read`);
        this.#hash.update(buffer.subarray(0, bytesRead));
        this.#hashed += bytesRead;
      }
    });
  }

  /** Checks the whole and moves it to its place. @throws E_DIGEST_MISMATCH, E_SIZE_MISMATCH, E_STORE_VANISHED */
  async publish(target: string, what: string): Promise<void> {
    await this.catchUp();
    const digest = parseDigest(`${digestParts(this.#want.digest).algorithm}:${this.#hash.digest("hex")}`);
    checkMeasured({ size: this.#hashed, digest }, this.#want, what);
    try {
      await rename(this.#path, target);
    } catch (error) {
      throw writeFailure(error, target);
    }
    await rm(sidecar(this.#path), { force: true });
  }

  /** Removes the file and its record. */
  async discard(): Promise<void> {
    await this.#queue;
    await rm(this.#path, { force: true });
    await rm(sidecar(this.#path), { force: true });
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(ignored);
    return turn;
  }
}

function sidecar(path: string): string {
  return `${path}.ranges`;
}

function ignored(): void {}

async function writeAll(file: FileHandle, at: number, chunks: readonly Buffer[], length: number): Promise<void> {
  const { bytesWritten } = await file.writev([...chunks], at);
  if (bytesWritten === length) return;
  // A short write is how a disk about to be full answers first; the next one tells the reason.
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let done = 0; done < rest.length; )
    done += (await file.write(rest, done, rest.length - done, at + bytesWritten + done)).bytesWritten;
}

async function readRanges(path: string, size: number): Promise<readonly ByteRange[]> {
  try {
    const record: unknown = JSON.parse(await readFile(sidecar(path), "utf8"));
    const { size: recorded, ranges } = record as Record<string, unknown>;
    const file = await open(path, "r");
    const length = (await file.stat().finally(() => file.close())).size;
    const found = recorded === size ? (parseRanges(ranges, size) ?? []) : [];
    // After a power cut the record may be ahead of the data.
    return found.every((range) => range.to <= length) ? found : [];
  } catch {
    return [];
  }
}
