// What is found beside images, and what is said when a registry does not tell.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { digestOf, parseDigest } from "../base/digest.ts";
import { silent } from "../base/log.ts";
import { MEDIA } from "../oci/media-types.ts";
import { registryClient } from "../oci/registry/client.ts";
import { collectSignatures } from "./collect-signatures.ts";
import { NOTATION_TYPE } from "./notation.ts";
import { BUNDLE_TYPE } from "./sigstore-bundle.ts";

const MANIFEST = Buffer.from('{"schemaVersion":2}');
const IMAGE = { digest: digestOf(MANIFEST), manifestBytes: MANIFEST };
const json = (value: object) => Buffer.from(JSON.stringify(value));

describe("what lies beside an image", () => {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  let listed: object[] = [];
  let status = 200;
  // A registry as it may be met: what it has, it has; how it answers who refers to an image is the test's to say.
  const server = createServer(({ url = "" }, response) => {
    const name = url.slice(url.lastIndexOf("/") + 1);
    const index = { schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: listed };
    if (url.includes("/referrers/"))
      return status === 200
        ? response.writeHead(200, { "content-type": MEDIA.ociIndex }).end(json(index))
        : response.writeHead(status).end();
    const manifest = url.includes("/manifests/") ? manifests.get(name) : undefined;
    if (manifest) return response.writeHead(200, { "content-type": MEDIA.ociManifest }).end(manifest);
    const blob = url.includes("/blobs/") ? blobs.get(name) : undefined;
    return response.writeHead(blob || url === "/v2/" ? 200 : 404).end(blob);
  });
  const client = registryClient({ env: {}, certDirs: [], retry: { base: 1, retries: 0 } });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterEach(() => {
    [listed, status] = [[], 200];
  });
  afterAll(async () => {
    await client.close();
    server.close();
  });

  const collected = () => {
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return collectSignatures({ client, log: silent }, { registry, repository: "a", digest: IMAGE.digest }, IMAGE);
  };
  /** Something that refers to the image. */
  const refer = (artifactType: string, mediaType: string, content: Buffer) => {
    const layer = { mediaType, digest: digestOf(content), size: content.length };
    blobs.set(layer.digest, content);
    const config = { mediaType: MEDIA.ociEmpty, digest: digestOf("{}"), size: 2 };
    const bytes = json({ schemaVersion: 2, mediaType: MEDIA.ociManifest, artifactType, config, layers: [layer] });
    const digest = digestOf(bytes);
    manifests.set(digest, bytes);
    listed.push({ mediaType: MEDIA.ociManifest, digest, size: bytes.length, artifactType });
    return layer.digest;
  };

  test("is nothing where a registry says so, or does not know the question", async () => {
    const nothing = { documents: [], found: [], judged: [] };
    for (const answer of [200, 404, 501]) {
      status = answer;
      expect(await collected()).toEqual(nothing);
    }
  });

  test("is not known to be nothing where it will not say", async () => {
    status = 403;
    expect(await collected()).toEqual({
      ...{ documents: [], found: [], judged: [] },
      unread: "the registry does not say what refers to the image (HTTP 403)",
    });
  });

  test("is not known to be all where a referrer cannot be had", async () => {
    listed.push({ mediaType: MEDIA.ociManifest, digest: digestOf("gone"), size: 4, artifactType: BUNDLE_TYPE });
    refer(BUNDLE_TYPE, BUNDLE_TYPE, Buffer.from("a bundle"));
    const { found, unread } = await collected();
    expect(found).toEqual([{ kind: "bundle", of: IMAGE.digest, content: Buffer.from("a bundle").toString("base64") }]);
    expect(unread).toContain(digestOf("gone"));
  });

  test("is kept with why where it is damaged, or in a form that is not read", async () => {
    const lost = refer(NOTATION_TYPE, "application/jose+json", Buffer.from("an envelope"));
    blobs.set(lost, Buffer.from("an envelopf"));
    refer(NOTATION_TYPE, "application/cose", Buffer.from("another envelope"));
    expect((await collected()).found).toMatchObject([
      { kind: "notation", content: "", fault: expect.stringContaining("digest") },
      { kind: "notation", content: "", fault: "it is in a form that is not read (COSE)" },
    ]);
  });

  test("of other kinds is passed over, and of too much only so much is kept as is said", async () => {
    refer("application/vnd.cyclonedx+json", "application/json", Buffer.from("{}"));
    expect((await collected()).found).toEqual([]);
    for (let at = 0; at < 66; at += 1) refer(BUNDLE_TYPE, BUNDLE_TYPE, Buffer.from(`bundle ${at}`));
    const { found, unread } = await collected();
    expect([found.length, unread]).toEqual([64, "there are more signatures than are looked at"]);
    expect(parseDigest(found[0]?.of ?? "")).toBe(IMAGE.digest);
  });
});
