// Whether the source of a user's volume is a file: it decides what is drawn where its target is missing. Asked with the user's
// own rights, for a path of his choice may lead anywhere; a wrong answer only makes his launch fail, with the reason.

import { statSync } from "node:fs";
import type { ImageView } from "../../run/image-facts.ts";
import type { Volume } from "../../site/volume-types.ts";
import type { BatchLaunch, Person } from "../types.ts";

/** Where a path of the container comes from. */
export type Origin = { readonly kind: "host"; readonly path: string } | { readonly kind: "image" };

// Shown to each launch as they are on the host; what the image has there is hidden.
const HOST_DIRS = ["/dev", "/tmp", "/var/tmp", "/proc", "/sys"] as const;

/** Where the container's `path` comes from: the mount with the longest target above it. Pure. */
export function originOf(path: string, mounts: readonly Pick<Volume, "from" | "to">[]): Origin {
  const all = [...HOST_DIRS.map((dir) => ({ from: dir, to: dir })), ...mounts];
  const above = all.filter(({ to }) => path === to || path.startsWith(`${to}/`));
  const [deepest] = above.sort((a, b) => b.to.length - a.to.length);
  return deepest ? { kind: "host", path: `${deepest.from}${path.slice(deepest.to.length)}` } : { kind: "image" };
}

/** The sources among the volumes' that are files. */
export async function fileSources(launch: BatchLaunch): Promise<ReadonlySet<string>> {
  const { request, config, modules, person } = launch;
  const sources = request.volumes.filter(({ cache }) => cache === undefined).map(({ from }) => from);
  if (sources.length === 0) return new Set();
  const mounts = [...config.siteFs, ...modules.flatMap(({ volumes }) => volumes)];
  const allowed = config.userSources.map((dir) => ({ from: dir, to: dir }));
  const placed = sources.map((path) => ({ path, origin: originOf(path, [...mounts, ...allowed]) }));
  const files = new Set(asPerson(person, () => placed.filter(({ origin }) => isHostFile(origin)).map(({ path }) => path)));
  const inImage = placed.filter(({ origin }) => origin.kind === "image").map(({ path }) => path);
  for (const path of await filesOfImage(inImage, launch)) files.add(path);
  return files;
}

function isHostFile(origin: Origin): boolean {
  try {
    return origin.kind === "host" && !statSync(origin.path).isDirectory();
  } catch {
    return false; // not there, or not for him
  }
}

async function filesOfImage(paths: readonly string[], { image: { root } }: BatchLaunch): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const among = async (view: ImageView) => {
    const kinds = await Promise.all(paths.map((path) => view.kind(path)));
    return paths.filter((_, at) => kinds[at] !== undefined && kinds[at] !== "dir");
  };
  if (root.kind === "dir") return await among((await import("../../run/directory-view.ts")).directoryView(root.path));
  const { withSquashfsView } = await import("../../run/squashfs-view.ts");
  return await withSquashfsView(root.path, 0, among);
}

/** Does something with the rights of a person, whole process, and takes root's back. For what ends without waiting. */
export function asPerson<T>({ uid, gid, gids }: Person, act: () => T): T {
  const before = process.getgroups?.() ?? [];
  process.setgroups?.([...gids]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    if (process.geteuid?.() !== uid || process.getegid?.() !== gid) throw new Error("this runtime cannot change its user");
    return act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(before);
  }
}
