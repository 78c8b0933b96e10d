// Where an engine is: a socket or a host. Finds the usual sockets when nothing is said.

import { existsSync } from "node:fs";
import { fail } from "./errors.ts";

/** Where the sockets are: the system's first, then (below the user's folder for such things) the user's own. */
const PLACES = [
  { kind: "docker", system: ["/run/docker.sock", "/var/run/docker.sock"], own: "docker.sock" },
  { kind: "podman", system: ["/run/podman/podman.sock"], own: "podman/podman.sock" },
] as const;

export type EngineAddress =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "host"; readonly protocol: "http" | "https"; readonly host: string; readonly port: number };

/** `unix:///run/docker.sock`, a plain path, `tcp://host:2375`, `http://…`, `https://host:2376`. @throws E_ENGINE_ADDRESS */
export function parseAddress(address: string): EngineAddress {
  if (address.startsWith("/")) return { kind: "socket", path: address };
  const bad = (reason: string) => fail("E_ENGINE_ADDRESS", { address, reason });
  const url = URL.parse(address);
  if (!url) throw bad("it is neither a path nor a URL");
  if (url.username || url.password) throw bad("it holds a login");
  if (url.protocol === "unix:") {
    if (url.host || url.pathname.length < 2) throw bad("a socket is named by its whole path");
    return { kind: "socket", path: decodeURIComponent(url.pathname) };
  }
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:" && url.protocol !== "tcp:") throw bad(`${url.protocol} is not known`);
  if (!url.hostname) throw bad("there is no host in it");
  const port = Number(url.port) || (secure ? 2376 : 2375);
  return { kind: "host", protocol: secure ? "https" : "http", host: url.hostname, port };
}

/**
 * The first of the usual sockets that exists, as an address; when there is none, the first that was looked for, so that a
 * failure names it.
 */
export function usualAddress(
  kind: "auto" | "docker" | "podman",
  runtimeDir: string | undefined,
  exists: (path: string) => boolean = existsSync,
): string {
  const places = PLACES.filter((place) => kind === "auto" || place.kind === kind);
  const own = runtimeDir === undefined ? [] : places.map((place) => `${runtimeDir}/${place.own}`);
  const paths = [...places.flatMap<string>((place) => place.system), ...own];
  return `unix://${paths.find(exists) ?? paths[0]}`;
}
