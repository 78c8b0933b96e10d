// A mirror before real registries, for the tests: Debian's registry as upstream with a log of what it was asked, and
// images that skopeo has put there.

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fastify, { type FastifyInstance } from "fastify";
import { silent } from "../../src/base/log.ts";
import { type Mirror, openMirror } from "../../src/gateway/mirror/mirror.ts";
import { mirrorRoutes } from "../../src/gateway/mirror/routes.ts";
import { cacheAt } from "../../src/oci/store/cache.ts";
import type { LocationConfig } from "../../src/site/gateway-config.ts";
import { scratchDir, type TestRegistry } from "../support/registry.ts";
import { type SampleImage, writeSampleImage } from "../support/sample-image.ts";
import { skopeo } from "./clients.ts";

/** A location with this name and address. */
export function location(name: string, url: string): LocationConfig {
  return { name, url, caFile: undefined, authMethod: "token" };
}

/** A running mirror. */
export interface TestMirror {
  readonly mirror: Mirror;
  readonly app: FastifyInstance;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly dir: string;
  stop(): Promise<void>;
}

/** Starts a mirror of these locations, the first of which is the default. `dir` is kept when given. */
export async function startMirror(options: {
  readonly locations: readonly LocationConfig[];
  readonly dir?: string;
  readonly pullUpdateMs?: number;
  readonly now?: () => number;
}): Promise<TestMirror> {
  const dir = options.dir ?? (await scratchDir("mirror"));
  const { locations, pullUpdateMs = 300_000, now = () => Date.now() / 1000 } = options;
  const config = {
    locations: new Map(locations.map((one) => [one.name, one])),
    defaultLocation: locations[0]?.name ?? "",
    pullUpdateMs,
  };
  const cache = cacheAt(join(dir, "cache"), silent);
  const mirror = openMirror({ config, cache, log: silent, env: {}, userAgent: "berth-test", now });
  const app = fastify({ forceCloseConnections: true });
  await app.register(mirrorRoutes(mirror));
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return {
    ...{ mirror, app, dir, host: `127.0.0.1:${port}` },
    async stop() {
      await app.close();
      await mirror.close();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Writes an image with `size` bytes that do not compress, and pushes it as `name` with skopeo. */
export async function pushSample(
  registry: TestRegistry,
  name: string,
  options: { readonly size?: number; readonly login?: string } = {},
): Promise<SampleImage> {
  const dir = await scratchDir("sample");
  try {
    const image = await writeSampleImage(dir, { content: randomBytes(options.size ?? 1000) });
    const login = options.login === undefined ? [] : ["--dest-creds", options.login];
    const pushed = await skopeo(
      ...["copy", "-q", "--dest-tls-verify=false", ...login],
      ...[`oci:${dir}:latest`, `docker://${registry.host}/${name}`],
    );
    if (pushed.status !== 0) throw new Error(pushed.said);
    return image;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** How often the registry has answered such a request of the mirror so far: `GET`, and a part of the path. */
export function requestsFor(registry: TestRegistry, method: string, part: string): number {
  return registry
    .log()
    .split("\n")
    .filter(
      (line) =>
        line.includes("response completed") &&
        line.includes("http.request.useragent=berth-test ") &&
        line.includes(`http.request.method=${method} `),
    )
    .filter((line) => line.includes(part)).length;
}

/** `Basic …` of `name:password`. */
export function basic(login: string): string {
  return `Basic ${Buffer.from(login).toString("base64")}`;
}
