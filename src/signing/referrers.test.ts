import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../base/digest.ts";
import { silent } from "../base/log.ts";
import { MEDIA } from "../oci/media-types.ts";
import { registryClient } from "../oci/registry/client.ts";
import { attach, taggedReferrers } from "./referrers.ts";

const IMAGE = { mediaType: MEDIA.ociManifest, digest: digestOf("image"), size: 5 };
const MANY = 250;

describe("an index of more referrers than are looked at", () => {
  const entry = (number: number) => ({ mediaType: MEDIA.ociManifest, digest: digestOf(String(number)), size: 1 });
  let index = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: MEDIA.ociIndex },
      manifests: Array.from({ length: MANY }, (_, number) => entry(number)),
    }),
  );
  const tag = IMAGE.digest.replace(":", "-");
  // A registry without a referrers API that has every blob.
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { method = "", url = "" } = request;
    if (method === "PUT" && url.endsWith(`/manifests/${tag}`)) index = body;
    if (method === "PUT") return response.writeHead(201, { location: url }).end();
    if (method === "HEAD" && url.includes("/blobs/")) return response.writeHead(200).end();
    if (method === "GET" && url.endsWith(`/manifests/${tag}`))
      return response.writeHead(200, { "content-type": MEDIA.ociIndex }).end(index);
    return response.writeHead(url === "/v2/" ? 200 : 404).end();
  });
  const client = registryClient({ env: {}, certDirs: [], retry: { base: 1, retries: 0 } });
  const desk = { client, log: silent };
  const at = () => ({ registry: `127.0.0.1:${(server.address() as AddressInfo).port}`, repository: "a" });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(async () => {
    await client.close();
    server.close();
  });

  test("loses none when one is added, and the one added is seen", async () => {
    const attachment = { image: IMAGE, artifactType: "application/x", content: Buffer.from("x"), annotations: {} };
    const added = await attach(desk, at(), attachment);
    const { manifests } = JSON.parse(index.toString()) as { manifests: { digest: string }[] };
    expect(manifests).toHaveLength(MANY + 1);
    const seen = await taggedReferrers(desk, at(), IMAGE.digest);
    expect(seen).toHaveLength(200);
    expect(seen.at(-1)?.digest).toBe(added.digest);
  });
});
