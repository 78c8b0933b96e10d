// Paths of the host that a recipe wants to see in a container: what they mean however they are spelled, and which of them give
// away the engine. Pure: symbolic links are known only from facts.

import { posix } from "node:path";

/** One spelling of a path: no doubled slashes, no `.` and `..`, no slash at the end; `/var/run` is `/run`. */
export function plainPath(path: string): string {
  const normal = posix.normalize(path);
  const trimmed = normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
  // On every system of today a symbolic link, which needs no facts to be known.
  return trimmed.replace(/^\/var\/(run|lock)(?=\/|$)/, (_, name: string) => (name === "run" ? "/run" : "/run/lock"));
}

/** True when `path` is `folder` or below it; both plain, parts of `folder` may be `*`. */
export function isWithin(path: string, folder: string): boolean {
  return depthBelow(path, folder) !== undefined;
}

/** How many folders below `folder` the path is; undefined when it is elsewhere. */
export function depthBelow(path: string, folder: string): number | undefined {
  const parts = partsOf(path);
  const above = partsOf(folder);
  if (parts.length < above.length) return undefined;
  return above.every((part, index) => part === "*" || part === parts[index]) ? parts.length - above.length : undefined;
}

// Sockets of engines, and their folders of data: who writes there decides what the engine runs, and as whom.
const ENGINE_PARTS = [
  "/run/docker.sock",
  "/run/docker",
  "/run/podman",
  "/run/containerd",
  "/run/crio",
  "/run/buildkit",
  "/run/k3s",
  "/run/user/*/docker.sock",
  "/run/user/*/docker",
  "/run/user/*/podman",
  "/run/user/*/containerd",
  "/var/lib/docker",
  "/var/lib/containerd",
  "/var/lib/containers",
  "/etc/docker",
  "/etc/containers",
];
const SOCKET_NAME = /^(docker|podman|containerd|crio|cri-dockerd|buildkitd|dockershim)[a-z.-]*\.sock$/i;

/** True for a path with the name of an engine's socket. */
export function isEngineSocket(path: string): boolean {
  return SOCKET_NAME.test(path.slice(path.lastIndexOf("/") + 1));
}

/** The part of an engine that a plain path reaches: it is one, below one, or a folder above one. */
export function enginePartOf(path: string): string | undefined {
  if (isEngineSocket(path)) return path;
  return ENGINE_PARTS.find((part) => isWithin(path, part) || isAbove(path, part));
}

// A folder above `/run/user/*/podman` may be one person's own: the star is not the path's but any name.
function isAbove(path: string, part: string): boolean {
  const above = partsOf(path);
  const parts = partsOf(part);
  return above.length < parts.length && above.every((name, index) => parts[index] === "*" || parts[index] === name);
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}
