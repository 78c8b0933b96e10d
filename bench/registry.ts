// The registry of the benchmarks: Debian's registry server on a free port of the loopback, holding the images of the
// place, with an access log in which requests can be counted. Started and stopped around the measures.

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority } from "../tests/support/authority.ts";
import { freePort, listening } from "../tests/support/registry.ts";
import { must, type Place } from "./place.ts";

/** A registry that answers. */
export interface BenchRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** The same with TLS (of an authority that nobody knows), for peers that speak nothing else. */
  readonly tlsHost: string;
  /** Begins to count; the function gives the requests since then: methods and paths. */
  watch(): () => readonly string[];
  stop(): void;
}

/** Starts the registry and pushes the images that it does not have yet. */
export async function startRegistry(place: Place): Promise<BenchRegistry> {
  const plain = await startServer(place, "registry");
  const { serverCert, serverKey } = await makeAuthority(join(place.scratch, "tls"));
  const secured = await startServer(place, "registry-tls", `certificate: ${serverCert}, key: ${serverKey}`);
  for (const tag of ["science", "science-next"]) push(place.layout, plain.host, tag);
  push(`${place.layout}-zstd`, plain.host, "science-zstd");
  push(place.tinyLayout, plain.host, "tiny");
  const servers = [plain, secured];
  const watch = () => {
    const starts = servers.map(({ log }) => log().length);
    return () => servers.flatMap(({ log }, index) => requestsIn(log().slice(starts[index])));
  };
  return {
    host: plain.host,
    tlsHost: secured.host,
    watch,
    stop: () => servers.forEach((server) => void server.process.kill()),
  };
}

function requestsIn(log: string): readonly string[] {
  return [...log.matchAll(/"(GET|HEAD|PUT|POST) (\S+) HTTP/g)].map(([, method, path]) => `${method} ${path}`);
}

async function startServer(place: Place, name: string, tls?: string) {
  const port = await freePort();
  const storage = join(place.dir, "registry");
  mkdirSync(storage, { recursive: true });
  const config = join(place.scratch, `${name}.yml`);
  writeFileSync(config, configuration(storage, port, tls));
  const logFile = join(place.scratch, `${name}.log`);
  const log = openSync(logFile, "w");
  const server = spawn("docker-registry", ["serve", config], { stdio: ["ignore", log, log] });
  closeSync(log);
  await listening(port, () => server.exitCode !== null);
  return { host: `127.0.0.1:${port}`, process: server, log: () => readFileSync(logFile, "utf8") };
}

function configuration(storage: string, port: number, tls: string | undefined): string {
  return [
    "version: 0.1",
    "log: { level: error, accesslog: { disabled: false } }",
    `storage: { filesystem: { rootdirectory: ${storage} }, maintenance: { uploadpurging: { enabled: false } } }`,
    `http: { addr: "127.0.0.1:${port}"${tls === undefined ? "" : `, tls: { ${tls} }`} }`,
    "",
  ].join("\n");
}

// Every image is a repository of its own with the tag latest: some peers name files after the repository only.
function push(layout: string, host: string, tag: string): void {
  const target = `docker://${host}/${tag}:latest`;
  must(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", `oci:${layout}:${tag}`, target]);
}
