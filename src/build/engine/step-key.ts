// What decides a step's result, as a digest: equal keys mean that a step need not be done again. Pure.

import { type Digest, digestOf } from "../../base/digest.ts";
import type { Platform } from "../../oci/types.ts";
import type { CopyOrigin, CopyStep, FolderStep, RunStep, State, StepMount, TarStep } from "../types.ts";

/** Of what a key's form is; raised when the engine comes to do something else for the same step. */
const FORM = 1;

/** Key of the state that an image, or nothing, is. */
export function baseKey(manifest: Digest | undefined, platform: Platform): Digest {
  return digestOf(JSON.stringify([FORM, "base", manifest ?? "scratch", platform]));
}

/** Key of a program; `contents` are digests of what its bind mounts show of the context, in their order. */
export function runKey(state: State, step: RunStep, contents: readonly string[], singleId: boolean): Digest {
  const hidden = new Set(step.hidden ?? []);
  const env = Object.entries(step.env)
    .filter(([name]) => !hidden.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { argv, cwd, user, network, input } = step;
  const mounts = step.mounts.map(mountKey);
  return digest(state, "run", { argv, env, cwd, user, network, input, mounts, contents, singleId });
}

/** Key of a copy; `content` is the digest of the copied files, undefined for those of a state, whose key says all. */
export function copyKey(state: State, step: CopyStep, content: string | undefined, singleId: boolean): Digest {
  const { from, inline, ...rest } = step;
  const written = inline.map(({ name, content: text, mode }) => [name, digestOf(text), mode]);
  return digest(state, "copy", { ...rest, from: originKey(from), inline: written, content, singleId });
}

export function folderKey(state: State, step: FolderStep): Digest {
  return digest(state, "folder", { path: step.path, owner: step.owner });
}

export function tarKey(state: State, step: TarStep): Digest {
  return digest(state, "tar", { identity: step.identity });
}

/**
 * Key of what a small file holds. The state's key alone is not enough: the same steps, done anew (`--no-cache`, a cleaned
 * cache), may have led to other files.
 */
export function answerKey({ key, layers }: State, path: string, max: number): Digest {
  return digestOf(JSON.stringify([FORM, key, layers.map(({ descriptor }) => descriptor.digest), path, max]));
}

function digest(state: State, kind: string, what: object): Digest {
  return digestOf(JSON.stringify([FORM, state.key, kind, Object.entries(what).sort(([a], [b]) => (a < b ? -1 : 1))]));
}

function originKey(origin: CopyOrigin): string {
  return origin.kind === "state" ? origin.state.key : origin.kind;
}

// Neither the content of a secret nor the agent behind a socket belongs into a key.
function mountKey(mount: StepMount): unknown {
  switch (mount.kind) {
    case "bind":
      return [mount.kind, mount.target, originKey(mount.from), mount.path, mount.writable];
    case "cache":
      return [mount.kind, mount.target, mount.id, mount.sharing, mount.readOnly];
    case "tmpfs":
      return [mount.kind, mount.target, mount.size];
    case "secret":
    case "ssh":
      return [mount.kind, mount.target, mount.mode, mount.uid, mount.gid];
    case "host":
      return [mount.kind, mount.source, mount.target, mount.readOnly];
  }
}
