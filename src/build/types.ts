// What a build is made of: file-system states that steps lead to, and the image that comes out. The front ends
// (`dockerfile/`, `definition/`) decide the steps; the engine (`engine/`) carries them out and remembers their results.

import type { Digest } from "../base/digest.ts";
import type { Located } from "../base/source.ts";
import type { ImageAttributes } from "../image/metadata/attributes.ts";
import type { Descriptor, OciImage, Platform, RuntimeConfig } from "../oci/types.ts";
import type { ImageSource } from "../oci/uri.ts";
import type { PathFilter } from "../recipe/dockerignore.ts";

/** Where a stage begins. */
export type BaseSource =
  | { readonly kind: "scratch" }
  | { readonly kind: "image"; readonly source: ImageSource; readonly platform?: Platform };

/** One layer that a step has made. */
export interface StateLayer {
  /** The uncompressed layer in the content store; its digest is the diff_id. */
  readonly descriptor: Descriptor;
  /** Its changed files as the kernel's overlay keeps them. */
  readonly folder: string;
  /** When the step was carried out: milliseconds since 1970. */
  readonly made: number;
}

/** The files at one point of a build. Immutable: a step leads to a new one. */
export interface State {
  /** Names everything that has decided the content: the base's manifest and every step since. */
  readonly key: Digest;
  /** The image below; undefined for `scratch`. */
  readonly base: BaseImage | undefined;
  /** Layers of the steps, bottom first; steps without changes have none. */
  readonly layers: readonly StateLayer[];
}

/** An image that a stage begins with. */
export interface BaseImage {
  readonly image: OciImage;
  /** Its files as one SIF file, nothing added; made when a step first needs it. Undefined: it has no layers. */
  readonly squashfs: string | undefined;
}

/** Why a step is there: for progress, history, cache keys' explanations, and the code frame of its failure. */
export interface StepOrigin extends Located {
  /** One line, such as `RUN make install` or `%post`. Secrets never stand in it. */
  readonly title: string;
}

/** What a step sees beside the files of its state. */
export type StepMount =
  /** Files of the context, a stage or an image; changes to them are thrown away. */
  | {
      readonly kind: "bind";
      readonly target: string;
      readonly from: CopyOrigin;
      readonly path: string;
      readonly writable: boolean;
    }
  /** A folder that outlives the build; part of no layer. `id` names it; the initial content may come from elsewhere. */
  | {
      readonly kind: "cache";
      readonly target: string;
      readonly id: string;
      readonly sharing: "shared" | "private" | "locked";
      readonly readOnly: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly from?: { readonly origin: CopyOrigin; readonly path: string };
    }
  | { readonly kind: "tmpfs"; readonly target: string; readonly size: number | undefined }
  /** A file with this content, for this step alone; never in a layer, a key or a message. */
  | {
      readonly kind: "secret";
      readonly target: string;
      readonly content: Uint8Array;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  /** The caller's ssh agent socket. */
  | {
      readonly kind: "ssh";
      readonly target: string;
      readonly socket: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  /** A folder or file of the host (`--bind` of a definition build). */
  | { readonly kind: "host"; readonly source: string; readonly target: string; readonly readOnly: boolean };

/** A program that is run on a state. */
export interface RunStep {
  readonly kind: "run";
  readonly argv: readonly string[];
  /** The whole environment. Names in `hidden` are no part of the cache key (proxies, secrets). */
  readonly env: Readonly<Record<string, string>>;
  readonly hidden?: readonly string[];
  /** Names of variables whose values are struck out of what the program says. */
  readonly secret?: readonly string[];
  readonly cwd: string;
  /** `user[:group]` by name or number, looked up in the state's own /etc/passwd and /etc/group; undefined: root. */
  readonly user?: string;
  readonly mounts: readonly StepMount[];
  readonly network: "host" | "none";
  /** Given on standard input; otherwise that is empty. */
  readonly input?: string;
}

/** Where copied files come from. */
export type CopyOrigin =
  /** The folder of the build context, without what `.dockerignore` leaves out. */
  | { readonly kind: "context" }
  /** The caller's file system (`%files` of a definition); paths are absolute. */
  | { readonly kind: "host" }
  /** One folder of the caller's machine (a named context, a repository that was fetched): its links do not lead out of it. */
  | { readonly kind: "folder"; readonly path: string; readonly ignore?: PathFilter | undefined }
  /** Another stage, or an image brought by `from`. */
  | { readonly kind: "state"; readonly state: State };

/** Files written into a state. */
export interface CopyStep {
  readonly kind: "copy";
  readonly from: CopyOrigin;
  /** Paths or patterns below the origin, in the order given; each must match something. */
  readonly sources: readonly string[];
  /** Contents given in the recipe (here-documents), written as files. */
  readonly inline: readonly { readonly name: string; readonly content: Uint8Array; readonly mode: number }[];
  /** Absolute in the state; with a slash at the end, or with several sources, a folder. */
  readonly destination: string;
  /** `user[:group]`; undefined: 0:0 for context and host, the source's own for a state. */
  readonly owner?: string;
  /** Octal or symbolic mode; undefined: the source's. */
  readonly mode?: string;
  readonly exclude: readonly string[];
  /** Keep the sources' parent folders below the destination. */
  readonly parents: boolean;
  /** Unpack local archives (ADD). */
  readonly unpack: boolean;
  /** `folder`: the content of a source folder is copied (COPY); `cp`: the folder itself, as `cp -r` does (`%files`). */
  readonly style: "folder" | "cp";
  /** Follow links in the source (host files of a definition). */
  readonly follow: boolean;
  /** The sources may have bash's extended patterns, such as `@(a|b)`. */
  readonly extended?: boolean;
}

/** A folder that must be there (WORKDIR): made with its parents when missing. */
export interface FolderStep {
  readonly kind: "folder";
  readonly path: string;
  readonly owner?: string;
}

/** A change made by a program of the host that is given the mounted state (`%setup`); never taken from the cache. */
export interface HostStep {
  readonly kind: "host";
  readonly argv: readonly string[];
  readonly input: string;
  /** The environment; `{root}` in a value stands for the mounted state. */
  readonly env: Readonly<Record<string, string>>;
}

/** A ready layer as a tar stream (a bootstrap program's output). `identity` names what decides it. */
export interface TarStep {
  readonly kind: "tar";
  readonly identity: string;
  open(signal: AbortSignal): Promise<import("node:stream").Readable>;
}

export type Step = RunStep | CopyStep | FolderStep | HostStep | TarStep;

/** What the engine offers to the front ends. Safe to be used by several stages at once. */
export interface Builder {
  readonly platform: Platform;
  readonly signal: AbortSignal;
  /** Brings an image here and makes it a state. @throws what pulling throws */
  from(base: BaseSource, at: StepOrigin): Promise<State>;
  /**
   * Carries out a step, or takes its result from the cache.
   * @throws E_STEP_FAILED with the last lines, the exit code and a code frame, and what each kind of step declares
   */
  step(state: State, step: Step, at: StepOrigin): Promise<State>;
  /** Runs a program on a throw-away copy of the state, for its exit status (`%test`); its output goes to the user. */
  check(state: State, step: RunStep, at: StepOrigin): Promise<number>;
  /** A small file of the state, links followed inside it; undefined when there is none. */
  readFile(state: State, path: string, max: number): Promise<Buffer | undefined>;
  /** Gives up what is under way, when one of several stages has failed; nothing can be asked for afterwards. */
  abandon?(): void;
  /** Says a line to the user in the name of a step. */
  say(at: StepOrigin, line: string): void;
}

/** One line of the history (image-spec config.md, "history"). */
export interface HistoryEntry {
  readonly created_by: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** Docker's HEALTHCHECK in the configuration; times in nanoseconds. */
export interface HealthCheck {
  readonly Test: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** The run-time configuration that a build may set, Docker's own fields included. */
export interface BuiltConfig extends RuntimeConfig {
  readonly Healthcheck?: HealthCheck;
  readonly OnBuild?: readonly string[];
}

/** What a front end answers with. */
export interface BuiltImage {
  readonly state: State;
  readonly platform: Platform;
  readonly config: BuiltConfig;
  readonly author?: string;
  /** Of this build; the base's stands before it. */
  readonly history: readonly HistoryEntry[];
  /** What `inspect` shows, when the recipe says it itself (definition files); undefined: made from the configuration. */
  readonly attributes?: ImageAttributes;
}
