// Short ways to write parts of examples. Only for the rules' examples.

import type { MountSpec, PortSpec, RouteSpec } from "../recipe/stack/types.ts";
import type { PathFacts, StackFacts } from "./facts.ts";

/** A folder that everybody may bring a container to. */
export const APP_FOLDER = "/global/project/projectdirs/rover/web/images";

export function bind(source: string, readOnly = true): MountSpec {
  return { kind: "bind", source, target: "/srv", readOnly, create: false };
}

export function volume(name: string, target = "/data"): MountSpec {
  return { kind: "volume", volume: name, target, readOnly: false, noCopy: false };
}

export function port(host: number | undefined, container: number, protocol: "tcp" | "udp" = "tcp"): PortSpec {
  return { host, container, protocol };
}

export function route(change: Partial<RouteSpec> = {}): RouteSpec {
  const plain = { path: "/", port: 8080, protocol: "http", tls: "redirect", stripPath: false } as const;
  return { host: "rover.example.org", auth: "user", ...plain, ...change };
}

/** Facts of a path: a folder, where it really is, and the permission bits of the folders above. */
export function path(source: string, change: Partial<PathFacts> | null = {}): StackFacts {
  const parts = source.split("/").slice(1, -1);
  const parents = ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
  const plain = { real: source, kind: "directory", parents: parents.map((path) => ({ path, mode: 0o755 })) } as const;
  return { paths: new Map([[source, change === null ? null : { ...plain, ...change }]]) };
}
