import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../base/digest.ts";
import { silent } from "../base/log.ts";
import { MEDIA } from "../oci/media-types.ts";
import { registryClient } from "../oci/registry/client.ts";
import { imageSignatures } from "./image-signatures.ts";
import { keyId } from "./pem-key.ts";
import { BUNDLE_TYPE, makeBundle } from "./sigstore-bundle.ts";
import { plainPair } from "./testing.ts";

const MANIFEST = Buffer.from("the manifest of an image");
const IMAGE = digestOf(MANIFEST);
const EMPTY = Buffer.from("{}");

describe("the signatures of an image in a registry", () => {
  const { priv, pub } = plainPair();
  const good = makeBundle(IMAGE, priv);
  const blobs = new Map([
    [digestOf("lost"), Buffer.from("no bundle any more")],
    [digestOf(good), good],
  ]);
  const layers = [
    { mediaType: BUNDLE_TYPE, digest: digestOf("lost"), size: 18 },
    { mediaType: BUNDLE_TYPE, digest: digestOf(good), size: good.length },
  ];
  const config = { mediaType: MEDIA.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length };
  const document = { schemaVersion: 2, mediaType: MEDIA.ociManifest, artifactType: BUNDLE_TYPE, config, layers };
  const artifact = Buffer.from(JSON.stringify(document));
  const entry = { mediaType: MEDIA.ociManifest, digest: digestOf(artifact), size: artifact.length };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [entry] }));
  const manifests = new Map<string, readonly [string, Buffer]>([
    [IMAGE.replace(":", "-"), [MEDIA.ociIndex, index]],
    [entry.digest, [MEDIA.ociManifest, artifact]],
  ]);
  const server = createServer(({ url = "" }, response) => {
    const name = url.slice(url.lastIndexOf("/") + 1);
    const manifest = url.includes("/manifests/") ? manifests.get(name) : undefined;
    if (manifest) return response.writeHead(200, { "content-type": manifest[0] }).end(manifest[1]);
    const blob = [...blobs].find(([digest]) => url.includes("/blobs/") && digest === name)?.[1];
    return response.writeHead(blob || url === "/v2/" ? 200 : 404).end(blob);
  });
  const client = registryClient({ env: {}, certDirs: [], retry: { base: 1, retries: 0 } });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(async () => {
    await client.close();
    server.close();
  });

  test("count where a damaged one lies beside a good one in the same artifact", async () => {
    const at = { registry: `127.0.0.1:${(server.address() as AddressInfo).port}`, repository: "a" };
    const image = { digest: IMAGE, manifestBytes: MANIFEST };
    const found = await imageSignatures({ client, log: silent }, at, image, [pub]);
    expect(found.map(({ signer }) => signer)).toEqual([undefined, keyId(pub)]);
    expect(found[0]?.why).toMatch(/./);
  });
});
