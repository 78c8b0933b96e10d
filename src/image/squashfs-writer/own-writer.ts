// The squashfs writer of this house: takes the tar stream and writes the file in this process. Owns the file.

import { type FileHandle, open, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Writable } from "node:stream";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { SquashfsWriter } from "./squashfs-writer.ts";
import { BlockRecords } from "./writer/block-records.ts";
import type { Codec } from "./writer/codec.ts";
import { Contents } from "./writer/contents.ts";
import { FileIntake } from "./writer/file-intake.ts";
import { writeTables } from "./writer/file-system.ts";
import { Fragments } from "./writer/fragments.ts";
import type { BlockSource } from "./writer/known-block.ts";
import { BlockPipeline } from "./writer/pipeline.ts";
import { StagedOutput } from "./writer/staged-output.ts";
import { SUPERBLOCK_BYTES } from "./writer/superblock.ts";
import { TarIntake } from "./writer/tar-intake.ts";
import { Tree } from "./writer/tree.ts";

/** Blocks on their way at one time, at least; more when there are many processors. */
const MIN_BLOCKS = 16;

export interface OwnWriterOptions {
  readonly codec: Codec;
  /** Bytes; a power of two from 4 KiB to 1 MiB. */
  readonly blockSize: number;
  /** Seconds since 1970: time of the file system, and of directories that no entry describes. */
  readonly defaultTime: number;
  /** Blocks that need not be compressed again. The result is the same without. */
  readonly library: BlockSource | undefined;
}

export class OwnWriter implements SquashfsWriter {
  readonly sink: Writable;
  readonly failed: AbortSignal;
  /** The blocks of the file, complete after `finish`. */
  readonly records = new BlockRecords();
  readonly #target: string;
  readonly #options: OwnWriterOptions;
  readonly #file: FileHandle;
  readonly #output: StagedOutput;
  readonly #pipeline: BlockPipeline;
  readonly #fragments: Fragments;
  readonly #contents = new Contents();
  readonly #tree: Tree;
  readonly #intake: TarIntake;
  readonly #failure = new AbortController();
  #reason: Error | undefined;

  /** Creates `target`, which must not exist. @throws E_SQUASHFS_WRITE */
  static async create(target: string, options: OwnWriterOptions): Promise<OwnWriter> {
    try {
      return new OwnWriter(target, await open(target, "wx+", 0o600), options);
    } catch (error) {
      throw writeFailure(error);
    }
  }

  private constructor(target: string, file: FileHandle, options: OwnWriterOptions) {
    const { codec, blockSize, library } = options;
    this.#target = target;
    this.#options = options;
    this.#file = file;
    this.failed = this.#failure.signal;
    this.#output = new StagedOutput(file, SUPERBLOCK_BYTES, 2 * blockSize);
    this.#pipeline = new BlockPipeline({
      codec,
      blockSize,
      library,
      output: this.#output,
      records: this.records,
      limit: Math.max(MIN_BLOCKS, 2 * availableParallelism() + 2),
      onFailure: (error) => this.#fail(error),
    });
    this.#fragments = new Fragments(this.#pipeline, blockSize);
    this.#tree = new Tree(options.defaultTime);
    const files = new FileIntake(this.#contents, this.#pipeline, this.#fragments, blockSize);
    this.#intake = new TarIntake(this.#tree, files);
    this.sink = this.#sink();
  }

  async finish(): Promise<void> {
    try {
      this.#intake.end();
      this.#fragments.flush();
      await this.#pipeline.end();
      const [tree, contents, fragments] = [this.#tree, this.#contents, this.#fragments];
      const { codec, blockSize, defaultTime: time } = this.#options;
      const superblock = await writeTables(this.#output, { tree, contents, fragments, codec, blockSize, time });
      await this.#output.flush();
      await this.#file.write(superblock, 0, superblock.length, 0);
      // What was written over may have reached further.
      await this.#file.truncate(this.#output.offset);
      await this.#file.close();
    } catch (error) {
      throw error instanceof BerthError ? error : writeFailure(error);
    }
  }

  async discard(): Promise<Error | undefined> {
    this.#pipeline.stop(new Error("discarded"));
    this.sink.destroy();
    await this.#output.idle();
    await this.#file.close().catch(() => {});
    await rm(this.#target, { force: true });
    return this.#reason;
  }

  #sink(): Writable {
    const take = async (chunks: readonly Buffer[]) => {
      for (const chunk of chunks) {
        await this.#pipeline.room();
        this.#intake.write(chunk);
      }
    };
    const settle = (work: Promise<void>, done: (error?: Error) => void) => work.then(() => done(), done);
    const sink = new Writable({
      decodeStrings: false,
      write: (chunk: Buffer, _, done) => void settle(take([chunk]), done),
      writev: (items, done) => void settle(take(items.map(({ chunk }) => chunk)), done),
    });
    // Every write is waited for by its callback, which has the error.
    sink.on("error", () => {});
    return sink;
  }

  #fail(error: Error): void {
    this.#reason ??= writeFailure(error);
    this.#failure.abort();
  }
}

function writeFailure(error: unknown): Error {
  return fail("E_SQUASHFS_WRITE", { tool: "berth", ending: reasonOf(error), said: "" }, { cause: error });
}
