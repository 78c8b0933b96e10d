// What each kind of step comes to: the key of its result, and the work that leads there in a mounted state.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Digest } from "../../base/digest.ts";
import { codeFrame } from "../../base/source.ts";
import type { Platform } from "../../oci/types.ts";
import type { Environment } from "../../platform/user.ts";
import { checkArchitecture } from "../../run/architecture.ts";
import { ownProgram } from "../../run/programs.ts";
import type { CopyOrigin, CopyStep, FolderStep, HostStep, RunStep, State, Step, StepOrigin } from "../types.ts";
import { digestOfCopy, type Origin, type PlannedMatch, planCopy } from "./copy-plan.ts";
import { type CopyTools, copyStep, ownerOf } from "./copy-step.ts";
import { fail } from "./errors.ts";
import { Lines } from "./lines.ts";
import type { Mounted, Mounts } from "./mounts.ts";
import type { BuilderOptions } from "./options.ts";
import { outputPipe } from "./output-pipe.ts";
import type { BuildPlaces } from "./places.ts";
import { fromText } from "./root-path.ts";
import { type RunTools, runStep } from "./run-step.ts";
import { copyKey, folderKey, runKey, tarKey } from "./step-key.ts";
import type { StepTalk } from "./talk.ts";
import { Obstacle, TreeWriter } from "./tree-writer.ts";
import { unpackTar } from "./unpack.ts";
import type { Views } from "./views.ts";

/** A state that is mounted for a step. */
export interface Scene {
  readonly mounted: Mounted;
  /** The step's own folder. */
  readonly folder: string;
  readonly talk: StepTalk;
}

/** What a step comes to. */
export interface StepWork {
  /** Undefined: never taken from the cache. */
  readonly key: Digest | undefined;
  /** Changes the mounted state; what it answers is called with the upper folder when nothing is mounted any more. */
  apply(scene: Scene): Promise<((upper: string) => void) | undefined>;
}

export interface WorkTools {
  readonly options: BuilderOptions;
  readonly places: BuildPlaces;
  readonly mounts: Mounts;
  readonly views: Views;
}

/** Paths of the programs of berth that steps need. @throws E_PROGRAM */
export function ownPrograms(env: Environment): { readonly launcher: string; readonly packer: string } {
  return { launcher: ownProgram("berth-launch", env), packer: ownProgram("berth-pack", env) };
}

/** Makes the work of steps. */
export class StepWorks {
  readonly #tools: WorkTools;
  /** Found out once: where there are many mounts, reading their list costs milliseconds. */
  #wholeProc: boolean | undefined;

  constructor(tools: WorkTools) {
    this.#tools = tools;
  }

  /** @throws what finding out what a step is about makes fail: a missing source, an unreadable file */
  async of(state: State, step: Step, at: StepOrigin): Promise<StepWork> {
    switch (step.kind) {
      case "run":
        return this.#run(state, step, at);
      case "copy":
        return this.#copy(state, step, at);
      case "folder":
        return { key: folderKey(state, step), apply: (scene) => makeFolder(step, at, scene) };
      case "host":
        return { key: undefined, apply: (scene) => this.#host(step, at, scene) };
      case "tar":
        return {
          key: tarKey(state, step),
          apply: async ({ mounted }) => {
            const { signal, maxBytes } = this.#tools.options;
            const writer = new TreeWriter(mounted.root);
            const options = { into: "", owner: undefined, name: at.title, maxBytes, layer: true, signal };
            await unpackTar(await step.open(signal), writer, options);
            await writer.applyAttributes(ownPrograms(this.#tools.options.env).packer);
            writer.settle();
            return undefined;
          },
        };
    }
  }

  /** Runs a program for its exit status. */
  async check(step: RunStep, at: StepOrigin, { mounted, folder, talk }: Scene): Promise<number> {
    const job = { step, at, mounted, work: folder, say: (line: string) => talk.line(line) };
    return (await runStep(job, this.#runTools(false))).status;
  }

  async #run(state: State, step: RunStep, at: StepOrigin): Promise<StepWork> {
    checkRunnable(state, at, this.#tools.options.platform);
    const contents: string[] = [];
    for (const mount of step.mounts) {
      if (mount.kind === "bind" && mount.from.kind !== "state") contents.push(await this.#contentOf(mount, at));
    }
    return {
      key: runKey(state, step, contents, this.#tools.options.singleId),
      apply: async ({ mounted, folder, talk }) => {
        const job = { step, at, mounted, work: folder, say: (line: string) => talk.line(line) };
        const { status, tail, points } = await runStep(job, this.#runTools(this.#tools.options.debugShell));
        if (status !== 0) {
          throw fail("E_STEP_FAILED", { title: at.title, status, said: tail, frame: codeFrame(at) });
        }
        return (upper) => points.forget(upper, mounted.lowers);
      },
    };
  }

  async #contentOf(mount: { readonly from: CopyOrigin; readonly path: string }, at: StepOrigin): Promise<string> {
    const { signal } = this.#tools.options;
    const step = { ...PLAIN_COPY, from: mount.from, sources: [mount.path] };
    return digestOfCopy(await planCopy(step, at, await this.#origin(mount.from), signal), at, signal);
  }

  async #copy(state: State, step: CopyStep, at: StepOrigin): Promise<StepWork> {
    const { options } = this.#tools;
    let planned: readonly PlannedMatch[] | undefined;
    let content: string | undefined;
    if (step.from.kind !== "state") {
      planned = await planCopy(step, at, await this.#origin(step.from), options.signal);
      content = await digestOfCopy(planned, at, options.signal);
    }
    return {
      key: copyKey(state, step, content, options.singleId),
      apply: async ({ mounted }) => {
        planned ??= await planCopy(step, at, await this.#origin(step.from), options.signal);
        await copyStep(step, at, mounted.root, planned, this.#copyTools());
        return undefined;
      },
    };
  }

  #copyTools(): CopyTools {
    const { signal, maxBytes, env } = this.#tools.options;
    return { signal, maxBytes, packer: ownPrograms(env).packer };
  }

  async #origin(from: CopyOrigin): Promise<Origin> {
    const { context } = this.#tools.options;
    if (from.kind === "host") return { root: "/", name: "this machine", ignore: undefined, strange: false };
    if (from.kind === "folder") return { root: from.path, name: from.path, ignore: from.ignore, strange: true };
    if (from.kind === "context") {
      const root = context?.folder ?? "/nonexistent";
      return { root, name: `the build context ${root}`, ignore: context?.ignore, strange: false };
    }
    const { root } = await this.#tools.views.state(from.state);
    return { root, name: "the stage or image that it is copied from", ignore: undefined, strange: true };
  }

  #runTools(debugShell: boolean): RunTools {
    const { options, places, mounts } = this.#tools;
    this.#wholeProc ??= seesWholeProc();
    return {
      places,
      debugShell,
      env: options.env,
      signal: options.signal,
      singleId: options.singleId,
      ownProcesses: this.#wholeProc,
      launcher: ownPrograms(options.env).launcher,
      view: (origin, writable, at) => this.#view(origin, writable, at),
      memory: (dir) => mounts.memory(dir),
      fill: async (folder, from, path, at) => {
        const step = { ...PLAIN_COPY, from, sources: [path] };
        const planned = await planCopy(step, at, await this.#origin(from), options.signal);
        await copyStep(step, at, folder, planned, this.#copyTools());
      },
    };
  }

  // What .dockerignore leaves out is not seen in a mount of a context either.
  async #view(origin: CopyOrigin, writable: boolean, at: StepOrigin): Promise<string> {
    const { options, views } = this.#tools;
    const ignore = origin.kind === "context" ? options.context?.ignore : origin.kind === "folder" && origin.ignore;
    if (!ignore) return views.folder(origin, writable);
    const step = { ...PLAIN_COPY, from: origin, sources: ["."] };
    const planned = await planCopy(step, at, await this.#origin(origin), options.signal);
    return views.filled((folder) => copyStep(step, at, folder, planned, this.#copyTools()));
  }

  async #host(step: HostStep, at: StepOrigin, { mounted, folder, talk }: Scene): Promise<undefined> {
    const { signal, env } = this.#tools.options;
    const variables = Object.entries(step.env).map(([name, value]) => [
      name,
      value.replaceAll("{root}", () => mounted.root),
    ]);
    const lines = new Lines((line) => talk.line(line), []);
    const output = await outputPipe(folder, env);
    try {
      const [program = "", ...args] = step.argv;
      const stdio = ["pipe" as const, output.descriptor, output.descriptor];
      const child = spawn(program, args, { env: Object.fromEntries(variables), signal, stdio });
      child.stdin?.on("error", () => {});
      child.stdin?.end(step.input);
      const [[code]] = await Promise.all([once(child, "close"), lines.read(output.stream), output.release()]);
      const said = lines.tail();
      if (code !== 0) throw fail("E_STEP_FAILED", { title: at.title, status: code ?? 128, said, frame: codeFrame(at) });
    } finally {
      output.release();
    }
    return undefined;
  }
}

// Said before anything is done, and not by the kernel's "exec format error" at the end of a download.
function checkRunnable({ base }: State, at: StepOrigin, platform: Platform): void {
  const arch = base?.image.config.architecture ?? platform.architecture;
  try {
    checkArchitecture("", arch);
  } catch (cause) {
    throw fail("E_STEP_FOREIGN", { title: at.title, arch, frame: codeFrame(at) }, { cause });
  }
}

const PLAIN_COPY = {
  kind: "copy",
  inline: [],
  destination: "/",
  exclude: [],
  parents: false,
  unpack: false,
  style: "folder",
  follow: false,
} as const;

async function makeFolder(step: FolderStep, at: StepOrigin, { mounted }: Scene): Promise<undefined> {
  try {
    const owner = ownerOf(step, at, mounted.root) ?? { uid: 0, gid: 0 };
    new TreeWriter(mounted.root).folder(fromText(step.path), owner);
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    const fields = { source: "a folder", destination: step.path, reason: error.message, frame: codeFrame(at) };
    throw fail("E_COPY_KIND", fields, { cause: error });
  }
  return undefined;
}

// The kernel lets nobody mount a new /proc where parts of the present one are hidden (docker's default inside containers).
function seesWholeProc(): boolean {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .every((point) => !point.startsWith("/proc/") || point === "/proc/sys/fs/binfmt_misc");
}
