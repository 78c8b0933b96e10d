// Signature policies over a real registry: what is signed by berth and in cosign's older form, and what is not.

import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../src/base/log.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { registryClient } from "../../src/oci/registry/client.ts";
import { signRegistryImage } from "../../src/signing/image-signatures.ts";
import { signBytes } from "../../src/signing/pem-key.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { hasSkopeo, push } from "./images.ts";
import { locationAt, openWorkshop, type Workshop } from "./workshop.ts";

const ready = hasRegistry && hasSkopeo;
const IMAGE = { layers: [{ entries: [{ path: "f", content: "signed" }] }] };
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

describe.skipIf(!ready)("a signature policy [needs docker-registry, skopeo]", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  let dir: string;
  let registry: TestRegistry;
  let shop: Workshop | undefined;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "berth-policy-"));
    registry = await startRegistry();
  });
  afterEach(async () => {
    await shop?.stop();
    shop = undefined;
  });
  afterAll(async () => {
    await registry?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** A gateway whose policy rejects all but what the requirement lets through. */
  async function gatewayWith(requirement: object): Promise<Workshop> {
    const locations = [locationAt("here", registry.url)];
    const signaturePolicy = join(dir, "policy.json");
    const scopes = { [`${registry.host}/team`]: [requirement] };
    await writeFile(signaturePolicy, JSON.stringify({ default: [{ type: "reject" }], transports: { docker: scopes } }));
    shop = await openWorkshop({ locations, systems: { perlmutter: { signaturePolicy } } });
    return shop;
  }

  const signed = (more = {}) => ({
    ...{ type: "sigstoreSigned", keyData: Buffer.from(pem).toString("base64") },
    ...{ signedIdentity: { type: "matchRepository" }, ...more },
  });

  async function signAsBerth(name: string, key: KeyObject): Promise<void> {
    const reference = parseReference(`${registry.host}/${name}`);
    const client = registryClient({ env: {}, insecure: true, credentials: async () => undefined, log: silent });
    try {
      const { descriptor } = await client.manifest(reference, undefined, {});
      await signRegistryImage({ client, log: silent }, reference, descriptor, key, new Date());
    } finally {
      await client.close();
    }
  }

  async function put(path: string, body: Buffer | string, type: string): Promise<void> {
    const answer = await fetch(`${registry.url}/v2/${path}`, {
      method: "PUT",
      headers: { "content-type": type },
      body,
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  }

  async function putBlob(repository: string, bytes: Buffer) {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const begun = await fetch(`${registry.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const url = new URL(begun.headers.get("location") ?? "");
    url.searchParams.set("digest", digest);
    await put(`${url.pathname.slice("/v2/".length)}${url.search}`, bytes, "application/octet-stream");
    return { digest, size: bytes.length };
  }

  /** As `cosign sign --key` of version 2 leaves it. */
  async function signAsCosign(repository: string, digest: string, named: string): Promise<void> {
    const image = { "docker-manifest-digest": digest };
    const critical = { identity: { "docker-reference": named }, image, type: "cosign container image signature" };
    const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
    const config = {
      mediaType: "application/vnd.oci.image.config.v1+json",
      ...(await putBlob(repository, Buffer.from("{}"))),
    };
    const layer = {
      ...{ mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", ...(await putBlob(repository, payload)) },
      annotations: { "dev.cosignproject.cosign/signature": signBytes(payload, privateKey).toString("base64") },
    };
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
    await put(`${repository}/manifests/${digest.replace(":", "-")}.sig`, manifest, MANIFEST);
  }

  test("lets what is signed pass, and tells who asked why the rest does not", async () => {
    await push(registry, "team/bundle:1", IMAGE);
    await push(registry, "team/plain:1", IMAGE);
    await push(registry, "elsewhere/x:1", IMAGE);
    await signAsBerth("team/bundle:1", privateKey);
    const { pull } = await gatewayWith(signed());
    expect((await pull("team/bundle:1")).status).toBe("READY");
    const plain = await pull("team/plain:1");
    expect(plain).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_SIGNATURE" });
    expect(plain.statusMessage).toMatch(
      /the site's signature policy refuses it: it is not signed, by its rule for .*\/team;/,
    );
    expect((await pull("elsewhere/x:1")).statusMessage).toContain("images may not be used, by its rule for default");
  });

  test("does not believe other keys", async () => {
    await push(registry, "team/forged:1", IMAGE);
    await signAsBerth("team/forged:1", generateKeyPairSync("ed25519").privateKey);
    const { pull } = await gatewayWith(signed());
    expect((await pull("team/forged:1")).statusMessage).toContain("it was not made with a trusted key, or was changed");
  });

  test("takes cosign's older form for the repository that it names", async () => {
    const digest = await push(registry, "team/cosigned:1", IMAGE);
    await signAsCosign("team/cosigned", digest, `${registry.host}/team/cosigned`);
    await push(registry, "team/copied:1", IMAGE);
    await signAsCosign("team/copied", digest, `${registry.host}/team/cosigned`);
    const { pull } = await gatewayWith(signed());
    expect((await pull("team/cosigned:1")).status).toBe("READY");
    expect((await pull("team/copied:1")).statusMessage).toMatch(/its signature is for \S+\/team\/cosigned, by/);
  });

  test("counts a signature of the list of platforms", async () => {
    await push(registry, "team/many:1", [IMAGE, { ...IMAGE, platform: { os: "linux", architecture: "arm64" } }]);
    await signAsBerth("team/many:1", privateKey);
    expect((await (await gatewayWith(signed())).pull("team/many:1")).status).toBe("READY");
  });

  test("lets nothing pass when it cannot be read any more, and says no path", async () => {
    await push(registry, "team/open:1", IMAGE);
    const { pull, config } = await gatewayWith({ type: "insecureAcceptAnything" });
    await writeFile(config.systems.get("perlmutter")?.signaturePolicy ?? "", "{");
    const { status, statusMessage } = await pull("team/open:1");
    expect(status).toBe("FAILURE");
    expect(statusMessage).toContain("the site's signature policy cannot be used");
    expect(statusMessage).not.toContain("/");
  });
});
