// The ways to a registry: TLS by a private authority, client certificates, proxies of every kind. Real registry servers
// behind small proxies.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHttpProxy, startSocksProxy, type TestProxy } from "../../../tests/support/proxy-servers.ts";
import { hasRegistry, scratchDir, startRegistry, type TestRegistry } from "../../../tests/support/registry.ts";
import { pushSample, type SampleImage, writeSampleImage } from "../../../tests/support/sample-image.ts";
import { parseReference } from "../reference.ts";
import { type RegistryOptions, registryClient } from "./client.ts";

let image: SampleImage;
let secure: TestRegistry;
let plain: TestRegistry;
let certs: string;

async function resolve(host: string, options: RegistryOptions): Promise<string> {
  const client = registryClient({ env: {}, certDirs: [], retry: { retries: 0 }, ...options });
  try {
    return (await client.resolve(parseReference(`${host}/a/b:v1`), {})).digest;
  } finally {
    await client.close();
  }
}

async function certsFor(
  registry: TestRegistry,
  host: string,
  ...extra: ("client.cert" | "client.key")[]
): Promise<string> {
  const dir = await scratchDir("certs");
  const { authority } = registry;
  if (!authority) throw new Error("no authority");
  await mkdir(join(dir, host));
  await copyFile(authority.ca, join(dir, host, "ca.crt"));
  if (extra.includes("client.cert")) await copyFile(authority.clientCert, join(dir, host, "client.cert"));
  if (extra.includes("client.key")) await copyFile(authority.clientKey, join(dir, host, "client.key"));
  return dir;
}

describe.skipIf(!hasRegistry)("ways to a real registry (skipped without docker-registry)", () => {
  const started: TestProxy[] = [];
  const registries: TestRegistry[] = [];
  beforeAll(async () => {
    image = await writeSampleImage(await scratchDir("ways"));
    [secure, plain] = await Promise.all([startRegistry({ tls: true }), startRegistry()]);
    await Promise.all([secure, plain].map((registry) => pushSample(image, `${registry.host}/a/b:v1`)));
    certs = await certsFor(secure, secure.host);
  });
  afterAll(async () => {
    await Promise.all([secure, plain, ...registries, ...started].map((one) => one.stop()));
    await rm(image.dir, { recursive: true });
    await rm(certs, { recursive: true });
  });

  test("an unknown authority is refused, and the hint names the place for its certificate", async () => {
    const failure = await resolve(secure.host, {}).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: "E_TLS", hint: expect.stringContaining(`certs.d/${secure.host}/ca.crt`) });
  });

  test("certs.d, SSL_CERT_FILE and --no-https each make it known", async () => {
    expect(await resolve(secure.host, { certDirs: [certs] })).toBe(image.manifestDigest);
    expect(await resolve(secure.host, { env: { SSL_CERT_FILE: secure.authority?.ca } })).toBe(image.manifestDigest);
    expect(await resolve(secure.host, { insecure: true })).toBe(image.manifestDigest);
  });

  test("a registry that wants a client certificate gets the one of its folder", async () => {
    const registry = await startRegistry({ tls: true, clientCertificates: true });
    registries.push(registry);
    const without = await certsFor(registry, registry.host);
    await expect(resolve(registry.host, { certDirs: [without] })).rejects.toMatchObject({
      code: expect.stringMatching(/^E_(TLS_HANDSHAKE|CONNECT)$/),
    });
    const half = await certsFor(registry, registry.host, "client.cert");
    await expect(resolve(registry.host, { certDirs: [half] })).rejects.toMatchObject({ code: "E_CERTS_FILE" });
    const dir = await certsFor(registry, registry.host, "client.cert", "client.key");
    await expect(resolve(registry.host, { certDirs: [dir] })).rejects.toMatchObject({ code: "E_MANIFEST_UNKNOWN" });
    await Promise.all([without, half, dir].map((one) => rm(one, { recursive: true })));
  });

  test.each([
    ["HTTP", startHttpProxy, undefined],
    ["HTTP with a login", startHttpProxy, "u:p w"],
    ["SOCKS", startSocksProxy, undefined],
    ["SOCKS with a login", startSocksProxy, "u:p w"],
  ])("through a proxy: %s", async (_, start, login) => {
    const proxy = await start(login);
    started.push(proxy);
    const via = login ? proxy.url.replace("://", `://${login.replace(" ", "%20")}@`) : proxy.url;
    // Loopback never goes through a proxy, so the registry gets a name that only the proxy can reach.
    const host = `registry.test:${secure.port}`;
    const dir = await certsFor(secure, host);
    // The name is not in the certificate; that the handshake was reached is what this is about.
    await expect(resolve(host, { env: { ALL_PROXY: via }, certDirs: [dir] })).rejects.toMatchObject({ code: "E_TLS" });
    expect(await resolve(host, { env: { ALL_PROXY: via }, insecure: true })).toBe(image.manifestDigest);
    expect(proxy.seen).toContain(`CONNECT registry.test:${secure.port}`);
    await expect(resolve(`plain.test:${plain.port}`, { env: { ALL_PROXY: via } })).rejects.toMatchObject({
      code: "E_PLAIN_HTTP",
    });
    expect(await resolve(`plain.test:${plain.port}`, { env: { ALL_PROXY: via }, insecure: true })).toBe(
      image.manifestDigest,
    );
    await expect(resolve(host, { env: { ALL_PROXY: via, NO_PROXY: ".test" } })).rejects.toMatchObject({
      code: "E_CONNECT",
    });
    await rm(dir, { recursive: true });
  });

  test("a proxy that refuses is named, its password is not", async () => {
    for (const start of [startHttpProxy, startSocksProxy]) {
      const proxy = await start("u:right");
      started.push(proxy);
      const env = { ALL_PROXY: proxy.url.replace("://", "://u:wr0ng@") };
      const failure = await resolve(`registry.test:${secure.port}`, { env }).catch((e: unknown) => e);
      expect(failure).toMatchObject({ code: "E_PROXY", message: expect.stringContaining(`127.0.0.1:${proxy.port}`) });
      expect(JSON.stringify(failure) + String(failure)).not.toContain("wr0ng");
    }
  });

  test("a plain registry elsewhere is not spoken to without being told so", async () => {
    const proxy = await startHttpProxy();
    started.push(proxy);
    const env = { HTTPS_PROXY: proxy.url };
    const failure = await resolve(`plain.test:${plain.port}`, { env }).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: "E_PLAIN_HTTP", hint: expect.stringContaining("--no-https") });
    expect(proxy.seen.filter((line) => line.startsWith("HEAD"))).toEqual([]);
  });
});
