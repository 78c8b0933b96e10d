import { rm } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRegistry, scratchDir, startRegistry, type TestRegistry } from "../../../tests/support/registry.ts";
import { pushSample, type SampleImage, writeSampleImage } from "../../../tests/support/sample-image.ts";
import { silent } from "../../base/log.ts";
import { resolveFrom } from "../image-resolution.ts";
import { formatReference, parseReference, type Reference } from "../reference.ts";
import { type RegistryClient, type RegistryOptions, registryClient } from "./client.ts";

const AMD64 = { os: "linux", architecture: "amd64" };
const quick = { env: {}, certDirs: [], retry: { base: 1, retries: 2 } } satisfies RegistryOptions;

async function resolveImage(client: RegistryClient, reference: Reference) {
  const root = (await client.manifest(reference, undefined, {})).descriptor;
  const documents = {
    read: async (descriptor: typeof root, kind: "manifest" | "config") =>
      kind === "manifest"
        ? (await client.manifest(reference, descriptor.digest, {})).bytes
        : buffer((await client.blob(reference, descriptor, {})).body),
  };
  return resolveFrom(documents, root, AMD64, formatReference(reference));
}

describe.skipIf(!hasRegistry)("a client and a real registry (skipped without docker-registry)", () => {
  let image: SampleImage;
  let plain: TestRegistry;
  beforeAll(async () => {
    image = await writeSampleImage(await scratchDir("client"));
    plain = await startRegistry();
    await pushSample(image, `${plain.host}/a/b:v1`);
  });
  afterAll(async () => {
    await plain.stop();
    await rm(image.dir, { recursive: true });
  });

  test("resolves a tag on a plain registry of this machine, HTTPS tried first", async () => {
    const client = registryClient(quick);
    const found = await client.resolve(parseReference(`${plain.host}/a/b:v1`), {});
    expect(found.digest).toBe(image.manifestDigest);
    expect(found.size).toBe(image.manifestBytes.length);
    await client.close();
  });

  test("fetches manifest, configuration and layer, whole and from an offset", async () => {
    const client = registryClient(quick);
    const reference = parseReference(`${plain.host}/a/b:v1`);
    const found = await resolveImage(client, reference);
    expect(Buffer.from(found.manifestBytes)).toEqual(image.manifestBytes);
    expect(found.config.config?.Cmd).toEqual(["/hello"]);
    const [layer] = found.manifest.layers;
    if (!layer) throw new Error("no layer");
    const whole = await client.blob(reference, layer, {});
    expect(await buffer(whole.body)).toEqual(image.layer.bytes);
    const part = await client.blob(reference, layer, { from: 10, to: 19 });
    expect(part.ranged).toBe(true);
    expect(part.total).toBe(layer.size);
    expect(await buffer(part.body)).toEqual(image.layer.bytes.subarray(10, 20));
    await client.close();
  });

  test("a mirror serves the hub's names; what it lacks, or a dead one, leads on with one warning", async () => {
    const said: string[] = [];
    const log = { ...silent, warn: (text: string) => void said.push(text) };
    const mirrors = ["127.0.0.1:1", plain.host].map((location) => ({ location, insecure: true, pull: "all" as const }));
    const rule = { prefix: "docker.io", location: plain.host, insecure: true, blocked: false, source: "test", mirrors };
    const client = registryClient({ ...quick, log, registries: { rules: [rule] } });
    const found = await resolveImage(client, parseReference("a/b:v1"));
    expect(found.descriptor.digest).toBe(image.manifestDigest);
    await expect(client.resolve(parseReference("a/b:nope"), {})).rejects.toMatchObject({ code: "E_MANIFEST_UNKNOWN" });
    expect(said).toEqual([expect.stringContaining("mirror 127.0.0.1:1: cannot reach")]);
    await client.close();
  });

  test("finds out that a registry is plain also when several ask at once", async () => {
    const client = registryClient(quick);
    const reference = parseReference(`${plain.host}/a/b:v1`);
    const found = await Promise.all(Array.from({ length: 8 }, () => client.resolve(reference, {})));
    expect(new Set(found.map(({ digest }) => digest))).toEqual(new Set([image.manifestDigest]));
    await client.close();
  });

  test("asks for one token when several layers are asked for at once", async () => {
    const registry = await startRegistry({ token: { anonymousPull: true, users: { u1: "p1" } } });
    await pushSample(image, `${registry.host}/a/b:v1`, "--dest-creds", "u1:p1");
    const client = registryClient(quick);
    const reference = parseReference(`${registry.host}/a/b:v1`);
    const before = registry.tokens?.seen.length ?? 0;
    await Promise.all(Array.from({ length: 8 }, () => client.resolve(reference, {})));
    expect((registry.tokens?.seen.length ?? 0) - before).toBe(1);
    await client.close();
    await registry.stop();
  });

  test("says manifest unknown for a missing tag and a missing repository", async () => {
    const client = registryClient(quick);
    for (const name of ["a/b:nope", "no/such:v1"]) {
      await expect(client.resolve(parseReference(`${plain.host}/${name}`), {})).rejects.toThrow("manifest unknown");
    }
    await client.close();
  });

  test("logs in with Basic and says what to do when nobody is logged in", async () => {
    const registry = await startRegistry({ basic: { username: "u1", password: "p1" } });
    try {
      await pushSample(image, `${registry.host}/a/b:v1`, "--dest-creds", "u1:p1");
      const reference = parseReference(`${registry.host}/a/b:v1`);
      const nobody = registryClient(quick);
      await expect(nobody.resolve(reference, {})).rejects.toMatchObject({ code: "E_AUTH_REQUIRED" });
      await nobody.close();
      for (const [password, outcome] of [
        ["p1", "ok"],
        ["wrong", "E_AUTH_REFUSED"],
      ]) {
        const credentials = async () =>
          ({ kind: "password", username: "u1", password: password ?? "", source: "the test" }) as const;
        const client = registryClient({ ...quick, credentials });
        const result = await client.resolve(reference, {}).then(
          () => "ok",
          (e) => e.code,
        );
        expect(result).toBe(outcome);
        await client.close();
      }
    } finally {
      await registry.stop();
    }
  });

  test("gets tokens: as nobody, by password, by refresh token", async () => {
    const users = { u1: "p1" };
    const registry = await startRegistry({ token: { users, refreshTokens: ["refresh-me"], anonymousPull: true } });
    try {
      await pushSample(image, `${registry.host}/a/b:v1`, "--dest-creds", "u1:p1");
      const reference = parseReference(`${registry.host}/a/b:v1`);
      const logins = [
        undefined,
        { kind: "password", username: "u1", password: "p1", source: "the test" },
        { kind: "identity", token: "refresh-me", source: "the test" },
      ] as const;
      for (const login of logins) {
        const client = registryClient({ ...quick, credentials: async () => login });
        const before = registry.tokens?.seen.length ?? 0;
        await resolveImage(client, reference);
        expect((registry.tokens?.seen.length ?? 0) - before).toBe(1);
        await client.close();
      }
    } finally {
      await registry.stop();
    }
  });
});
