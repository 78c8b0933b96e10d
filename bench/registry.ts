// The registry of the benchmarks: Debian's registry server on a free port of the loopback, holding the images of the
// place, with an access log in which requests can be counted. Started and stopped around the measures.

import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, listening } from "../test/support/registry.ts";
import { must, type Place } from "./place.ts";

/** A registry that answers. */
export interface BenchRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Requests so far: methods and paths. */
  requests(): readonly string[];
  stop(): void;
}

/** Starts the registry and pushes the images that it does not have yet. */
export async function startRegistry(place: Place): Promise<BenchRegistry> {
  const port = await freePort();
  const storage = join(place.dir, "registry");
  mkdirSync(storage, { recursive: true });
  const config = join(place.scratch, "registry.yml");
  writeFileSync(config, configuration(storage, port));
  const logFile = join(place.scratch, "registry.log");
  const log = openSync(logFile, "w");
  const server = spawn("docker-registry", ["serve", config], { stdio: ["ignore", log, log] });
  const host = `127.0.0.1:${port}`;
  await listening(port, () => server.exitCode !== null);
  for (const tag of ["science", "science-next"]) push(place.layout, host, tag);
  push(`${place.layout}-zstd`, host, "science-zstd");
  const pattern = /"(GET|HEAD|PUT|POST) (\S+) HTTP/g;
  return {
    host,
    requests: () => [...readFileSync(logFile, "utf8").matchAll(pattern)].map(([, method, path]) => `${method} ${path}`),
    stop: () => void server.kill(),
  };
}

function configuration(storage: string, port: number): string {
  return [
    "version: 0.1",
    "log: { level: error, accesslog: { disabled: false } }",
    `storage: { filesystem: { rootdirectory: ${JSON.stringify(storage)} }, maintenance: { uploadpurging: { enabled: false } } }`,
    `http: { addr: "127.0.0.1:${port}" }`,
    "",
  ].join("\n");
}

// Every image is a repository of its own with the tag latest: some peers name files after the repository only.
function push(layout: string, host: string, tag: string): void {
  const target = `docker://${host}/${tag}:latest`;
  must(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", `oci:${layout}:${tag}`, target]);
}
