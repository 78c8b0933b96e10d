// The image that root has mounted on this node for a job of the caller, as its prepared plan tells of it
// (docs/prepared-plan.md). Read where a launch wants that image with other volumes or modules than were set up.

import { statSync } from "node:fs";
import { readIfAny } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";
import { resolveInRoot } from "../run/directory-view.ts";
import type { SharedNamespace } from "../run/launch-plan.ts";
import type { NodeConfig } from "../site/node-config.ts";
import { udiIdentity } from "./config-json.ts";
import type { BatchImage, BatchLaunch, ImageRequest, Person } from "./types.ts";

/** First line of every prepared plan. */
export const PREPARED_HEADER = "BERTHPREPARED1\n";

/** What is set up for a job. */
export interface PreparedImage {
  /** Directory of the set-up. */
  readonly dir: string;
  readonly image: BatchImage;
  /** Requests that lead to it, as `TYPE:NAME`. */
  readonly names: readonly string[];
}

/** The directory of the caller's job on this node. */
export function preparedDir(config: Pick<NodeConfig, "nodeDir">, uid: number, env: Environment): string {
  // In a part of a heterogeneous job Slurm's variable names the first part; the plugin says which one it is.
  const job = env["BERTH_JOB_ID"] ?? env["SLURM_JOB_ID"] ?? "";
  return `${env["BERTH_NODE_DIR"] || config.nodeDir}/${uid}.${/^\d{1,20}$/.test(job) ? job : "0"}`;
}

/** What is set up there; undefined when nothing is, or when its mount has gone. */
export function readPrepared(dir: string, mounted = isMount): PreparedImage | undefined {
  const text = readIfAny(`${dir}/prepared`);
  if (!text.startsWith(PREPARED_HEADER)) return undefined;
  const words = text.slice(PREPARED_HEADER.length).split("\0");
  const facts = collect(words);
  const id = facts.get("identifier")?.[0];
  if (id === undefined || !mounted(`${dir}/image`, dir)) return undefined;
  const all = (name: string) => facts.get(name) ?? [];
  const image: BatchImage = {
    ...{ id, root: { kind: "dir", path: `${dir}/image` } },
    ...{ env: all("env"), entrypoint: all("entry"), cmd: all("cmd"), workdir: all("workdir")[0] },
    // Root has looked at the lists, and nobody but this user can pass the directory.
    ...{ users: [], groups: [] },
  };
  return { dir, image, names: all("image") };
}

/** True when a request leads to the image that is set up. */
export function isPreparedFor({ image, names }: PreparedImage, { type, name }: ImageRequest): boolean {
  return type === "id" ? name === image.id : names.includes(`${type}:${name}`);
}

/**
 * The set-up's root with all that root's hooks have made in it, for a launch with the same modules whose volumes find their
 * targets there: nothing can be laid over a root that is mounted in parts. Undefined where that is not so.
 */
export function preparedRoot({ dir }: PreparedImage, launch: Omit<BatchLaunch, "config">): string | undefined {
  const { volumes, writableTmpfs } = launch.request;
  const root = `${dir}/root`;
  if (writableTmpfs || modulesOf(dir) !== udiIdentity(launch).modules) return undefined;
  return volumes.every(({ to }) => resolveInRoot(root, to) !== undefined) ? root : undefined;
}

function modulesOf(dir: string): unknown {
  try {
    return (JSON.parse(readIfAny(`${dir}/shifterConfig.json`)) as { readonly modules?: unknown }).modules;
  } catch {
    return undefined;
  }
}

const CONDITIONS = new Set(["identifier", "image", "default-type", "volumes", "modules", "workdir", "entry", "cmd"]);

// Conditions come first; the image's variables stand between two places, and are all the `env` records there.
function collect(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, word: string) => found.set(name, [...(found.get(name) ?? []), word]);
  let at = 0;
  for (; at < words.length; at += 1) {
    const name = words[at] ?? "";
    if (name === "default-modules") continue;
    if (!CONDITIONS.has(name)) break;
    at += 1;
    add(name, words[at] ?? "");
  }
  const [from, to] = [words.indexOf("@environment", at), words.indexOf("@env-file", at)];
  for (let i = from + 1; from >= 0 && i + 1 < to; i += 2) if (words[i] === "env") add("env", words[i + 1] ?? "");
  return found;
}

/** The user namespace of the job whose directory this is, where one is set up. */
export function sharedNamespace(dir: string, { gid }: Pick<Person, "gid">): SharedNamespace | undefined {
  const path = `${dir}/userns`;
  return isMount(path, dir) ? { path, gid } : undefined;
}

// A set-up that was taken down may leave its directory for a moment.
function isMount(path: string, parent: string): boolean {
  try {
    return statSync(path).dev !== statSync(parent).dev;
  } catch {
    return false;
  }
}
