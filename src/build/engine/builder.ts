// The engine: carries steps out and remembers what they led to. A step whose key is known is never done again, whoever
// asks and in whichever process; what is under way leaves nothing behind when it is given up.

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type Digest, digestOf, digestParts } from "../../base/digest.ts";
import { publishFile, removeAbandoned } from "../../base/publish.ts";
import type { Pulled } from "../../oci/pull.ts";
import { acquireLock } from "../../oci/store/lock.ts";
import type { BlobSource, Platform } from "../../oci/types.ts";
import type { BaseSource, Builder, RunStep, State, Step, StepOrigin } from "../types.ts";
import { baseFile, makeBase } from "./base-image.ts";
import { atPlace, spaceFailure } from "./errors.ts";
import { Mounts } from "./mounts.ts";
import { type BuilderOptions, NeedsNamespace } from "./options.ts";
import { packLayer } from "./pack.ts";
import { type BuildPlaces, buildPlaces, layerName, makePlaces } from "./places.ts";
import { readSmall } from "./read-file.ts";
import { readRecord, type StepRecord, stateLayer, writeRecord } from "./record.ts";
import { answerKey, baseKey } from "./step-key.ts";
import { ownPrograms, type StepWork, StepWorks } from "./step-works.ts";
import { type StepTalk, Talk } from "./talk.ts";
import { Views } from "./views.ts";

/** A builder that must be closed. */
export interface OpenBuilder extends Builder {
  /** Layers of the steps, and of the images that were brought here. */
  readonly blobs: BlobSource;
  /** Waits for what is under way, unmounts, and lets the images go. */
  close(): Promise<void>;
}

/** Opens the engine on a cache. @throws what cannot be written to */
export async function openBuilder(options: BuilderOptions): Promise<OpenBuilder> {
  const places = buildPlaces(options.cache.root);
  await makePlaces(places);
  // Only in the namespace can files of other ids be removed.
  if (options.inside) await removeAbandoned(join(places.work, "step"));
  const giveUp = new AbortController();
  return new Engine({ ...options, signal: AbortSignal.any([options.signal, giveUp.signal]) }, places, giveUp);
}

class Engine implements OpenBuilder {
  readonly platform: Platform;
  readonly signal: AbortSignal;
  readonly blobs: BlobSource = { open: (descriptor, options) => this.#open(descriptor, options) };
  readonly #options: BuilderOptions;
  readonly #places: BuildPlaces;
  readonly #giveUp: AbortController;
  readonly #talk: Talk;
  readonly #views: Views;
  readonly #mounts: Mounts;
  readonly #works: StepWorks;
  readonly #pulled = new Map<Digest, Pulled>();
  readonly #steps = new Map<Digest, Promise<State>>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: BuilderOptions, places: BuildPlaces, giveUp: AbortController) {
    this.platform = options.platform;
    this.signal = options.signal;
    this.#options = options;
    this.#places = places;
    this.#giveUp = giveUp;
    this.#talk = new Talk(options.screen);
    this.#mounts = new Mounts(places, options.env, (state) => this.#makeBase(state));
    this.#views = new Views(this.#mounts, places, options.context?.folder);
    this.#works = new StepWorks({ options, places, mounts: this.#mounts, views: this.#views });
  }

  from(base: BaseSource, at: StepOrigin): Promise<State> {
    return this.#tracked(this.#from(base, at));
  }

  step(state: State, step: Step, at: StepOrigin): Promise<State> {
    return this.#tracked(this.#step(state, step, at));
  }

  check(state: State, step: RunStep, at: StepOrigin): Promise<number> {
    return this.#tracked(this.#check(state, step, at));
  }

  readFile(state: State, path: string, max: number): Promise<Buffer | undefined> {
    return this.#tracked(this.#readFile(state, path, max));
  }

  abandon(): void {
    this.#giveUp.abort();
  }

  say(at: StepOrigin, line: string): void {
    this.#talk.of(at).line(line);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    try {
      await this.#views.close();
      await this.#mounts.close();
    } finally {
      for (const pulled of this.#pulled.values()) await pulled.blobs.close();
      this.#pulled.clear();
    }
  }

  async #open(...[descriptor, options]: Parameters<BlobSource["open"]>): Promise<Readable> {
    const store = this.#options.cache.blobs;
    if (await store.has(descriptor)) return store.open(descriptor, options);
    const owner = [...this.#pulled.values()].find(({ image }) =>
      image.manifest.layers.some(({ digest }) => digest === descriptor.digest),
    );
    return owner ? owner.blobs.open(descriptor, options) : store.open(descriptor, options);
  }

  async #tracked<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  async #from(base: BaseSource, at: StepOrigin): Promise<State> {
    this.signal.throwIfAborted();
    const platform = (base.kind === "image" ? base.platform : undefined) ?? this.platform;
    if (base.kind === "scratch") return { key: baseKey(undefined, platform), base: undefined, layers: [] };
    const pulled = await this.#options.pull(base.source, platform).catch((error) => Promise.reject(atPlace(error, at)));
    const { image } = pulled;
    const { digest } = image.descriptor;
    if (this.#pulled.has(digest)) await pulled.blobs.close();
    else {
      this.#pulled.set(digest, pulled);
      this.#talk.of(at).line(`the image is ${digest}`);
    }
    const squashfs =
      image.manifest.layers.length === 0 ? undefined : baseFile(digest, this.#options.cache, this.#options.singleId);
    return { key: baseKey(digest, platform), base: { image, squashfs }, layers: [] };
  }

  async #makeBase({ base }: State): Promise<void> {
    const pulled = base && this.#pulled.get(base.image.descriptor.digest);
    if (pulled) await makeBase(pulled, this.#options);
  }

  async #step(state: State, step: Step, at: StepOrigin): Promise<State> {
    this.signal.throwIfAborted();
    const work = await this.#works.of(state, step, at);
    if (work.key === undefined) return this.#perform(state, work, at);
    const running = this.#steps.get(work.key);
    if (running) return running;
    const started = this.#remembered(state, { ...work, key: work.key }, at);
    this.#steps.set(work.key, started);
    return started;
  }

  async #remembered(state: State, work: StepWork & { readonly key: Digest }, at: StepOrigin): Promise<State> {
    const { key } = work;
    const known = async () => (this.#options.noCache ? undefined : this.#known(key));
    const talk = this.#talk.of(at);
    const first = await known();
    if (first) return said(talk, after(state, key, first));
    if (!this.#options.inside) throw new NeedsNamespace();
    const lock = await acquireLock(join(this.#places.locks, digestParts(key).hex), {
      signal: this.signal,
      onWait: (owner) => talk.line(`waiting for ${owner}, which does the same step`),
      unless: async () => (await known()) !== undefined,
    });
    try {
      const made = lock ? undefined : await known();
      return made ? said(talk, after(state, key, made)) : await this.#perform(state, work, at);
    } finally {
      await lock?.release();
    }
  }

  /** A finished step whose layer is still whole. */
  async #known(key: Digest): Promise<StepRecord | undefined> {
    const record = await readRecord(this.#places, key);
    if (!record?.layer || (await this.#options.cache.blobs.has(record.layer.descriptor))) return record;
    // The blob was cleaned away; what it was made of is still there.
    if (!this.#options.inside) return undefined;
    const made = await packLayer(join(record.layer.folder, "u"), record.title, this.#packTools());
    return made?.digest === record.layer.descriptor.digest ? record : undefined;
  }

  async #perform(state: State, work: StepWork, at: StepOrigin): Promise<State> {
    if (!this.#options.inside) throw new NeedsNamespace();
    const talk = this.#talk.of(at);
    const begun = performance.now();
    talk.begin();
    const folder = await this.#views.workFolder();
    try {
      const mounted = await this.#mounts.overlay(state, folder);
      let tidy: ((upper: string) => void) | undefined;
      try {
        tidy = await work.apply({ mounted, folder, talk });
      } finally {
        await mounted.unmount();
      }
      const upper = join(folder, "u");
      tidy?.(upper);
      const record = await this.#keep(folder, at.title);
      const key = work.key ?? digestOf(JSON.stringify([state.key, record.layer?.descriptor.digest ?? randomUUID()]));
      await writeRecord(this.#places, key, record);
      talk.done((performance.now() - begun) / 1000);
      return after(state, key, record);
    } catch (error) {
      throw spaceFailure(error, this.#places.root);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Packs what a step has changed, and moves it to where layers are kept. */
  async #keep(folder: string, title: string): Promise<StepRecord> {
    const made = await packLayer(join(folder, "u"), title, this.#packTools());
    if (!made) return { title, layer: undefined };
    const name = layerName();
    await mkdir(join(this.#places.layers, name), { mode: 0o755 });
    await rename(join(folder, "u"), join(this.#places.layers, name, "u"));
    return { title, layer: stateLayer(this.#places, name, made, this.#options.now()) };
  }

  #packTools() {
    return { packer: ownPrograms(this.#options.env).packer, blobs: this.#options.cache.blobs, signal: this.signal };
  }

  async #check(state: State, step: RunStep, at: StepOrigin): Promise<number> {
    if (!this.#options.inside) throw new NeedsNamespace();
    const talk = this.#talk.of(at);
    talk.begin();
    const folder = await this.#views.workFolder();
    try {
      const mounted = await this.#mounts.overlay(state, folder);
      try {
        return await this.#works.check(step, at, { mounted, folder, talk });
      } finally {
        await mounted.unmount();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  // What was read once is kept: a build that finds all its steps in the cache mounts nothing.
  async #readFile(state: State, path: string, max: number): Promise<Buffer | undefined> {
    const name = digestParts(answerKey(state, path, max)).hex;
    const kept = join(this.#places.files, name);
    const known = await readFile(kept).catch(() => undefined);
    if (known && known.length > 0) return known[0] === 1 ? known.subarray(1) : undefined;
    if (!this.#options.inside) throw new NeedsNamespace();
    const { root } = await this.#views.state(state);
    const content = readSmall(root, path, max);
    const stored = Buffer.concat([Buffer.from([content ? 1 : 0]), content ?? Buffer.alloc(0)]);
    await publishFile(kept, 0o600, (file) => file.writeFile(stored));
    return content;
  }
}

function after(state: State, key: Digest, { layer }: StepRecord): State {
  return { key, base: state.base, layers: layer ? [...state.layers, layer] : state.layers };
}

function said(talk: StepTalk, state: State): State {
  talk.cached();
  return state;
}
