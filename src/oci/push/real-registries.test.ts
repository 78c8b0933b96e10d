// Pushing to Debian's docker-registry in all the ways that it can be set up.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasRegistry,
  type RegistrySetup,
  scratchDir,
  startRegistry,
  type TestRegistry,
} from "../../../tests/support/registry.ts";
import { type SampleImage, writeSampleImage } from "../../../tests/support/sample-image.ts";
import { silent, unwatched } from "../../base/log.ts";
import { folderFiles, layoutImage } from "../archive/oci-layout.ts";
import type { CredentialSource } from "../auth/credential.ts";
import { parseReference } from "../reference.ts";
import { type RegistryClient, registryClient } from "../registry/client.ts";
import { type PushOptions, push } from "./push-image.ts";

let dir: string;
let sample: SampleImage;
const running: TestRegistry[] = [];
const clients: RegistryClient[] = [];

beforeAll(async () => {
  dir = await scratchDir("push");
  sample = await writeSampleImage(join(dir, "sample"), { content: Buffer.alloc(200_000, "pushed ") });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(running.map((registry) => registry.stop()));
  await rm(dir, { recursive: true, force: true });
});

async function start(setup: RegistrySetup = {}): Promise<TestRegistry> {
  const registry = await startRegistry(setup);
  running.push(registry);
  return registry;
}

async function clientFor(registry: TestRegistry, login?: { username: string; password: string }) {
  const certDirs = [join(dir, `certs-${registry.port}`)];
  if (registry.authority) {
    await mkdir(join(certDirs[0] ?? "", registry.host), { recursive: true });
    await copyFile(registry.authority.ca, join(certDirs[0] ?? "", registry.host, "ca.crt"));
  }
  const credentials: CredentialSource = async () => login && { kind: "password", source: "a test", ...login };
  const client = registryClient({ env: {}, certDirs, credentials, retry: { base: 1, retries: 1 } });
  clients.push(client);
  return client;
}

async function pushed(registry: TestRegistry, client: RegistryClient, name: string, more: Partial<PushOptions> = {}) {
  const { image, blobs } = await layoutImage(await folderFiles(sample.dir), {
    tag: "latest",
    platform: { os: "linux", architecture: "amd64" },
  });
  const { descriptor, manifestBytes, manifest } = image;
  const pushable = { descriptor, manifestBytes, parts: [manifest.config, ...manifest.layers], blobs };
  const options = { log: silent, progress: unwatched, ...more };
  await push(pushable, parseReference(`${registry.host}/${name}`), client, options);
  return (await client.resolve(parseReference(`${registry.host}/${name}`), {})).digest;
}

const LOGIN = { username: "u1", password: "p1" };
const IN_PIECES = { manners: { small: 1000, piece: 50_000, pauseMs: 1 } };

describe.skipIf(!hasRegistry)("a real registry takes an image (skipped without docker-registry)", () => {
  test.each<[string, RegistrySetup, typeof LOGIN | undefined]>([
    ["open", {}, undefined],
    ["with TLS", { tls: true }, undefined],
    ["with Basic logins", { basic: LOGIN }, LOGIN],
    ["with a token server", { token: { users: { u1: "p1" } } }, LOGIN],
    ["with a token server and TLS", { token: { users: { u1: "p1" } }, tls: true }, LOGIN],
  ])("%s", async (_, setup, login) => {
    const registry = await start(setup);
    const client = await clientFor(registry, login);
    expect(await pushed(registry, client, "a/b:v1")).toBe(sample.manifestDigest);
    expect(await pushed(registry, client, "a/c:v1", IN_PIECES)).toBe(sample.manifestDigest);
    const sources = () => ["a/b"];
    expect(await pushed(registry, client, "a/d:v1", { sources })).toBe(sample.manifestDigest);
    expect(registry.log()).toMatch(/POST \/v2\/a\/d\/blobs\/uploads\/\?mount=.*201/);
    expect(registry.log()).not.toMatch(/PATCH \/v2\/a\/d/);
    if (registry.tokens) {
      const scopes = registry.tokens.seen.flatMap(({ parameters }) => parameters.getAll("scope"));
      expect(scopes).toContain("repository:a/b:pull,push");
      expect(scopes).toContain("repository:a/b:pull");
    }
  });

  test("refuses the nameless, and a wrong password, with what to do next", async () => {
    const registry = await start({ basic: LOGIN });
    await expect(pushed(registry, await clientFor(registry), "a/b:v1")).rejects.toMatchObject({
      code: "E_AUTH_REQUIRED",
      hint: expect.stringContaining("berth registry login"),
    });
    const wrong = await clientFor(registry, { ...LOGIN, password: "wrong" });
    await expect(pushed(registry, wrong, "a/b:v1")).rejects.toMatchObject({ code: "E_AUTH_REFUSED" });
    expect(registry.log()).not.toMatch(/PUT /);
  });
});
