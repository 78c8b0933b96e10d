// The image as far as the instructions have come: configuration, history, and the variables that the next instruction
// sees. Plain data; every function answers with a new draft. The history's words are BuildKit's, so that tools which read
// histories find what they know. Knows nothing of files and steps.

import type { BuiltConfig, HistoryEntry } from "../types.ts";

/** A state of an image's configuration between two instructions. */
export interface Draft {
  readonly config: BuiltConfig;
  readonly author: string | undefined;
  readonly history: readonly HistoryEntry[];
  /** What expansion and RUN see: the configuration's environment, and the arguments declared so far over it. */
  readonly variables: ReadonlyMap<string, string>;
  /** ARG declarations of this stage and those it is built on, in order, for the history of RUN. */
  readonly declared: ReadonlyMap<string, string>;
  /** CMD stood in this stage: a later ENTRYPOINT then keeps it. */
  readonly ownCmd: boolean;
}

/** The search path of images that set none. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const DEFAULT_SHELL = ["/bin/sh", "-c"];
// Names the dialect of `created_by`; history viewers look for it.
const DIALECT = "buildkit.dockerfile.v0";

/** The draft that a stage begins with on a base image's configuration. */
export function firstDraft(config: BuiltConfig, author: string | undefined): Draft {
  const known = config.Env ?? [];
  const env = known.some((entry) => nameOf(entry) === "PATH") ? known : [...known, `PATH=${DEFAULT_PATH}`];
  const variables = new Map(env.map((entry) => [nameOf(entry), entry.slice(nameOf(entry).length + 1)]));
  const { OnBuild: _triggers, ...rest } = config;
  return {
    config: { ...rest, Env: env },
    author,
    history: [],
    variables,
    declared: new Map(),
    ownCmd: false,
  };
}

/** The draft that a stage begins with on another stage: everything is inherited but the triggers. */
export function inheritedDraft(draft: Draft): Draft {
  const { OnBuild: _triggers, ...config } = draft.config;
  return { ...draft, config, ownCmd: false };
}

/** Adds a line to the history. */
export function withHistory(draft: Draft, line: string, layer: "none" | "made"): Draft {
  const empty = layer === "none" ? { empty_layer: true } : {};
  return { ...draft, history: [...draft.history, { created_by: line, comment: DIALECT, ...empty }] };
}

/** Changes fields of the configuration; a field that is undefined is taken away. */
export function withConfig(
  draft: Draft,
  changes: { readonly [Name in keyof BuiltConfig]: BuiltConfig[Name] | undefined },
): Draft {
  const entries = Object.entries({ ...draft.config, ...changes }).filter(([, value]) => value !== undefined);
  return { ...draft, config: Object.fromEntries(entries) as BuiltConfig };
}

/** Sets a variable of the image's environment, in its old place when it had one. */
export function withVariable(draft: Draft, name: string, value: string): Draft {
  const env = draft.config.Env ?? [];
  const entry = `${name}=${value}`;
  const at = env.findIndex((known) => nameOf(known) === name);
  const changed = at < 0 ? [...env, entry] : env.with(at, entry);
  const variables = new Map(draft.variables).set(name, value);
  return { ...withConfig(draft, { Env: changed }), variables };
}

/** The words of a command in shell form. */
export function withShell({ config }: Draft, text: string): readonly string[] {
  return [...(config.Shell?.length ? config.Shell : DEFAULT_SHELL), text];
}

function nameOf(entry: string): string {
  const equals = entry.indexOf("=");
  return equals < 0 ? entry : entry.slice(0, equals);
}
