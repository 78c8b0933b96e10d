// A builder for tests of the front end: it keeps the files of each state in memory, records what it is asked for, and runs
// nothing. What programs would do is said by the test.

import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { digestOf } from "../../base/digest.ts";
import { silent } from "../../base/log.ts";
import type { ImageConfig, RuntimeConfig } from "../../oci/types.ts";
import type { BaseSource, Builder, RunStep, State, Step, StepOrigin } from "../types.ts";
import type { DefinitionJob } from "./job.ts";

/** A file of a state. */
export interface FakeFile {
  readonly content: string;
  readonly mode: number;
}

/** What the test decides. */
export interface FakeOptions {
  readonly config?: RuntimeConfig;
  readonly created?: string;
  /** Files of the base, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Carries out a run step on the files. */
  readonly onRun?: (step: RunStep, files: Map<string, FakeFile>) => void;
  /** Status of a check. */
  readonly status?: number;
}

/** One thing the front end asked for. */
export interface Asked {
  readonly step:
    | Step
    | { readonly kind: "from"; readonly base: BaseSource }
    | { readonly kind: "check"; readonly run: RunStep };
  readonly at: StepOrigin;
}

export class FakeBuilder implements Builder {
  readonly platform = { os: "linux", architecture: "amd64" };
  readonly signal = new AbortController().signal;
  readonly asked: Asked[] = [];
  readonly #files = new Map<State, Map<string, FakeFile>>();
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
  }

  /** Files of a state. */
  files(state: State): ReadonlyMap<string, FakeFile> {
    return this.#files.get(state) ?? new Map();
  }

  /** What was asked for, as one line each. */
  titles(): string[] {
    return this.asked.map(({ step, at }) => `${step.kind} ${at.title}`);
  }

  async from(base: BaseSource, at: StepOrigin): Promise<State> {
    this.asked.push({ step: { kind: "from", base }, at });
    const { config = {}, created, files = {} } = this.#options;
    if (base.kind === "scratch") return this.#state([], undefined, new Map());
    const image = fakeImage(config, created);
    const content = Object.entries(files).map(([path, content]) => [path, { content, mode: 0o755 }] as const);
    return this.#state([], { image, squashfs: "/nowhere" }, new Map(content));
  }

  async step(state: State, step: Step, at: StepOrigin): Promise<State> {
    this.asked.push({ step, at });
    const files = new Map(this.files(state));
    if (step.kind === "tar") await untar(step, files);
    if (step.kind === "run") this.#options.onRun?.(step, files);
    const descriptor = { mediaType: "x", digest: digestOf(String(this.asked.length)), size: 1 };
    return this.#state([...state.layers, { descriptor, folder: "/nowhere", made: 0 }], state.base, files);
  }

  async check(_state: State, run: RunStep, at: StepOrigin): Promise<number> {
    this.asked.push({ step: { kind: "check", run }, at });
    return this.#options.status ?? 0;
  }

  async readFile(state: State, path: string): Promise<Buffer | undefined> {
    const file = this.files(state).get(path);
    return file && Buffer.from(file.content);
  }

  say(): void {}

  #state(layers: State["layers"], base: State["base"], files: Map<string, FakeFile>): State {
    const state: State = { key: digestOf(JSON.stringify(layers)), base, layers };
    this.#files.set(state, files);
    return state;
  }
}

/** A job with nothing but a definition. */
export function fakeJob(definition: string, more: Partial<DefinitionJob> = {}): DefinitionJob {
  return {
    source: { name: "a.def", text: definition },
    arguments: new Map(),
    ...{
      warnUnused: false,
      sections: undefined,
      test: true,
      force: false,
      labels: new Map<string, string>(),
      binds: [],
      devices: [],
    },
    ...{ folder: "/work", environment: {}, created: undefined, version: "1.2.3", log: silent },
    ...more,
  };
}

function fakeImage(config: RuntimeConfig, created: string | undefined) {
  const digest = digestOf("");
  const descriptor = { mediaType: "m", digest, size: 0 };
  const full: ImageConfig = {
    ...{ os: "linux", architecture: "amd64", config, rootfs: { type: "layers", diff_ids: [] } },
    ...(created === undefined ? {} : { created }),
  };
  const manifest = { mediaType: "m", config: descriptor, layers: [] };
  return { descriptor, manifest, manifestBytes: Buffer.alloc(0), config: full, configBytes: Buffer.alloc(0) };
}

async function untar(step: Extract<Step, { kind: "tar" }>, files: Map<string, FakeFile>): Promise<void> {
  const archive = extract();
  (await step.open(new AbortController().signal)).pipe(archive);
  for await (const entry of archive) {
    const path = `/${entry.header.name}`;
    const slash = path.lastIndexOf("/") + 1;
    if (path.startsWith(".wh.", slash)) files.delete(path.slice(0, slash) + path.slice(slash + 4));
    else if (entry.header.type === "file")
      files.set(path, { content: await text(entry), mode: entry.header.mode ?? 0 });
    entry.resume();
  }
}
