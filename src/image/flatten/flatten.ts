// From layers to one tar stream: reads them newest first, lets the merge decide, and writes what is to be in the image.
// Nothing is unpacked to disk, and never more than a few chunks are in memory.

import type { Writable } from "node:stream";
import type { BlobSource, Descriptor, OciImage } from "../../oci/types.ts";
import { fail } from "../errors.ts";
import type { ExtraEntry } from "../metadata/entry.ts";
import { END_OF_ARCHIVE, encodeHeader, padding } from "../tar/encode.ts";
import type { TarEntry } from "../tar/entry.ts";
import { TarScanner, type Visitor } from "../tar/scanner.ts";
import { Budget } from "./budget.ts";
import { LayerPlan } from "./layer-plan.ts";
import { layerName, openLayer } from "./layer-stream.ts";
import { DuplicateEntry, type LayerEntry, Merge } from "./merge.ts";
import { DEFAULT_LIMITS, type FlattenContext, type FlattenOptions, type FlattenReport } from "./options.ts";
import { TarOutput } from "./output.ts";

/** What one flattening needs; `signal` ends all of it. */
export interface FlattenJob {
  readonly image: OciImage;
  readonly blobs: BlobSource;
  readonly options: FlattenOptions;
  readonly context: FlattenContext;
  readonly signal: AbortSignal;
  /** Layers (0: oldest) that must be read with a plan, because a path stands in them twice. */
  readonly planned: ReadonlySet<number>;
}

/** Writes the merged tree of `job.image` as one tar stream. @throws DuplicateEntry when a layer must be planned */
export async function flatten(job: FlattenJob, sink: Writable): Promise<FlattenReport> {
  const { layers } = job.image.manifest;
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const task = job.context.progress.start("convert", total);
  try {
    const run = new Flattening(job, sink, (bytes) => task.advance(bytes));
    await run.begin();
    for (let index = layers.length - 1; index >= 0; index--) await run.layer(index);
    const report = await run.finish();
    task.done();
    return report;
  } catch (error) {
    task.done(error instanceof DuplicateEntry ? "begins again" : "failed");
    throw error;
  }
}

class Flattening {
  readonly #job: FlattenJob;
  readonly #layers: readonly Descriptor[];
  readonly #merge: Merge;
  readonly #out: TarOutput;
  readonly #budget: Budget;
  readonly #onBytes: (compressed: number) => void;
  /** Layers that were read once, and count no more. */
  readonly #counted = new Set<number>();

  constructor(job: FlattenJob, sink: Writable, onBytes: (compressed: number) => void) {
    this.#job = job;
    this.#onBytes = onBytes;
    this.#layers = job.image.manifest.layers;
    this.#merge = new Merge(job.options);
    this.#out = new TarOutput(sink, job.signal);
    this.#budget = new Budget({ ...DEFAULT_LIMITS, ...job.options.limits });
  }

  /** Our own entries lie above all layers. */
  async begin(): Promise<void> {
    // It also keeps a first name like "\x1f\x8b" from being taken for a compressed stream.
    this.#out.bytes(this.#plainDir(""));
    this.#merge.beginLayer(this.#layers.length, "berth's own entries", true);
    for (const extra of this.#job.options.extra) if (!extra.ifMissing) this.#add(extra);
    await this.#out.send();
  }

  async layer(index: number): Promise<void> {
    const descriptor = this.#descriptor(index);
    const plan = this.#job.planned.has(index) ? await this.#plan(index) : undefined;
    this.#merge.beginLayer(index, layerName(descriptor), plan !== undefined);
    await this.#read(index, plan, (entry) => this.#merge.visit(entry));
    if (this.#merge.doubtful && (await this.#plan(index)).needed) throw new DuplicateEntry(index);
    const { headers, again } = this.#merge.endLayer();
    for (const header of headers) this.#out.bytes(header);
    plan?.rewind();
    if (again) await this.#read(index, plan, (entry) => this.#merge.visitAgain(entry));
    await this.#out.send();
  }

  async finish(): Promise<FlattenReport> {
    this.#merge.finish();
    for (const path of this.#merge.undescribed()) this.#out.bytes(this.#plainDir(path));
    for (const extra of this.#job.options.extra) {
      if (extra.ifMissing && this.#merge.isFree(extra.path)) this.#write(extra);
    }
    this.#out.bytes(END_OF_ARCHIVE);
    await this.#out.end();
    const { changes, entries, droppedDevices } = this.#merge;
    return {
      entries,
      layerBytes: this.#budget.bytes,
      droppedDevices,
      droppedXattrs: [...changes.droppedXattrs].sort(),
      changedModes: [...changes.modes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, mode]) => ({ path, mode })),
    };
  }

  async #plan(index: number): Promise<LayerPlan> {
    const plan = new LayerPlan();
    await this.#scan(index, (entry) => plan.learn(entry));
    return plan.settle();
  }

  async #read(index: number, plan: LayerPlan | undefined, visit: (entry: LayerEntry) => ReturnType<Visitor>) {
    await this.#scan(index, (entry) => {
      const seen = plan === undefined ? { entry, below: false, covers: false } : plan.apply(entry);
      return seen === undefined ? "skip" : visit(seen);
    });
  }

  async #scan(index: number, visit: Visitor): Promise<void> {
    const what = layerName(this.#descriptor(index));
    const chunks = await this.#open(index);
    // Reading a layer again makes the image no larger; but what is read again is still no more to be trusted.
    const budget = this.#counted.has(index) ? new Budget(this.#budget.limits) : this.#budget;
    this.#counted.add(index);
    const counted: Visitor = (entry) => {
      budget.entry(entry.size, what);
      return visit(entry);
    };
    const scanner = new TarScanner(what, counted, this.#out, budget.limits);
    for await (const chunk of chunks) {
      budget.chunk(chunk.length, what);
      scanner.write(chunk);
      await this.#out.send();
    }
    scanner.end();
  }

  #open(index: number): Promise<AsyncIterable<Buffer>> {
    const descriptor = this.#descriptor(index);
    return openLayer(this.#job.blobs, descriptor, {
      signal: this.#job.signal,
      onBytes: this.#onBytes,
    });
  }

  #descriptor(index: number): Descriptor {
    const descriptor = this.#layers[index];
    if (descriptor === undefined) throw fail("E_NO_LAYERS", { image: this.#job.image.descriptor.digest });
    return descriptor;
  }

  #plainDir(path: string): Buffer {
    return encodeHeader({ ...PLAIN_DIR, path, mtime: this.#job.options.defaultTime });
  }

  #add(extra: ExtraEntry): void {
    const entry = this.#entryOf(extra);
    const verdict = this.#merge.visit({ entry, below: false, covers: false });
    if (verdict !== "skip") this.#write(extra);
  }

  #write(extra: ExtraEntry): void {
    const content = Buffer.from(extra.content ?? []);
    this.#out.bytes(encodeHeader(this.#entryOf(extra)));
    this.#out.bytes(content);
    this.#out.zeros(padding(content.length));
  }

  #entryOf(extra: ExtraEntry): TarEntry {
    return {
      path: Buffer.from(extra.path).toString("latin1"),
      kind: extra.type,
      mode: extra.mode,
      uid: 0,
      gid: 0,
      mtime: extra.mtime ?? this.#job.options.defaultTime,
      size: extra.content?.length ?? 0,
      target: Buffer.from(extra.target ?? "").toString("latin1"),
      xattrs: undefined,
      block: undefined,
    };
  }
}

const PLAIN_DIR = {
  path: "",
  kind: "dir",
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  target: "",
  xattrs: undefined,
} as const;
