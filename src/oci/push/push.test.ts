import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createProxy, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Digest, digestOf } from "../../base/digest.ts";
import { silent, unwatched } from "../../base/log.ts";
import { composeImage } from "../compose.ts";
import { parseReference } from "../reference.ts";
import { type RegistryClient, registryClient } from "../registry/client.ts";
import { registryHandler } from "../registry-server/server.ts";
import { cacheAt } from "../store/cache.ts";
import type { BlobSource, Descriptor } from "../types.ts";
import { mountSources } from "./mount-sources.ts";
import { checkPush, type Pushable, type PushOptions, push } from "./push-image.ts";
import { sifArtifact } from "./push-sif.ts";

/** Answers, cuts or passes a request; true when it has dealt with it. */
type Misbehave = (request: IncomingMessage, response: ServerResponse) => boolean;

let dir: string;
let client: RegistryClient;
let host: string;
let seen: string[];
let misbehave: Misbehave;
let close: () => Promise<void>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-push-"));
  seen = [];
  misbehave = () => false;
  const handler = registryHandler({ pushRoot: join(dir, "registry") });
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (!misbehave(request, response)) void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = registryClient({ env: {}, retry: { base: 1, retries: 1 }, timeouts: { connect: 2000, headers: 5000 } });
  close = async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await handler.close();
  };
});
afterEach(async () => {
  await close();
  await rm(dir, { recursive: true, force: true });
});

/** Bytes that do not repeat, so that a piece in the wrong place is noticed. */
function noise(size: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < size; at += 32) parts.push(createHash("sha256").update(`${seed}${at}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

function imageOf(...layers: readonly Buffer[]): Pushable & { readonly opened: Digest[] } {
  const contents = new Map<string, Buffer>();
  const opened: Digest[] = [];
  const described = layers.map((bytes): Descriptor => {
    contents.set(digestOf(bytes), bytes);
    return { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf(bytes), size: bytes.length };
  });
  const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: layers.map(() => "x") } };
  const image = composeImage({ configBytes: Buffer.from(JSON.stringify(config)), layers: described });
  contents.set(image.manifest.config.digest, Buffer.from(image.configBytes));
  const blobs: BlobSource = {
    async open({ digest }) {
      opened.push(digest);
      const bytes = contents.get(digest) ?? Buffer.alloc(0);
      // In pieces, as a file comes.
      return Readable.from(
        Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
          bytes.subarray(n * 65_536, (n + 1) * 65_536),
        ),
      );
    },
  };
  const { descriptor, manifestBytes, manifest } = image;
  return { descriptor, manifestBytes, parts: [manifest.config, ...manifest.layers], blobs, opened };
}

const OPTIONS: PushOptions = { log: silent, progress: unwatched, manners: { small: 1000, piece: 100_000, pauseMs: 1 } };

function pushed(image: Pushable, name = "app:1", options: Partial<PushOptions> = {}): Promise<void> {
  return push(image, parseReference(`${host}/${name}`), client, { ...OPTIONS, ...options });
}

async function stored(digest: Digest, name = "app"): Promise<Buffer> {
  const { body } = await client.blob(parseReference(`${host}/${name}`), { mediaType: "", digest, size: 0 }, {});
  return buffer(body);
}

function requests(pattern: RegExp): string[] {
  return seen.filter((one) => pattern.test(one));
}

/** A way to a port of this machine on which the n-th long connection is cut after so many bytes of the client. */
async function cuttingProxy(port: number, cuts: readonly number[]) {
  const left = [...cuts];
  const sockets = new Set<Socket>();
  const proxy = createProxy((near) => {
    const far = connect(port, "127.0.0.1");
    let passed = 0;
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
    near.on("data", (chunk) => {
      passed += chunk.length;
      far.write(chunk);
      const [limit = Number.POSITIVE_INFINITY] = left;
      if (passed < limit) return;
      left.shift();
      // What has passed arrives; then the line is dead.
      far.end();
      near.destroy();
    });
    far.pipe(near);
    near.on("close", () => far.end());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => proxy.close(resolve));
    },
  };
}

describe("an image is pushed", () => {
  test("with its blobs first and its manifest last, small blobs in one request", async () => {
    const image = imageOf(noise(300_000, "a"), noise(10, "b"));
    await pushed(image);
    const { bytes } = await client.manifest(parseReference(`${host}/app:1`), undefined, {});
    expect(digestOf(bytes)).toBe(image.descriptor.digest);
    expect(await stored(digestOf(noise(300_000, "a")))).toEqual(noise(300_000, "a"));
    const puts = requests(/^PUT/);
    expect(puts.findIndex((one) => one.includes("manifests"))).toBe(puts.length - 1);
    expect(requests(/^PATCH/)).toHaveLength(1);
  });

  test("a second time without sending a byte of its layers", async () => {
    const image = imageOf(noise(300_000, "a"));
    await pushed(image);
    image.opened.length = 0;
    await pushed(image, "app:2");
    expect(image.opened).toEqual([]);
  });

  test("with one upload for a layer that it has twice", async () => {
    const layer = noise(5000, "twice");
    const image = imageOf(layer, layer);
    await pushed(image);
    expect(image.opened.filter((digest) => digest === digestOf(layer))).toHaveLength(1);
  });

  test("with layers of another repository taken over where the cache knows that they are there", async () => {
    const layer = noise(300_000, "base");
    const base = imageOf(layer);
    await pushed(base, "base:1");
    const cache = cacheAt(join(dir, "cache"), silent);
    await cache.blobs.put(base.descriptor, base.manifestBytes);
    await cache.references.set({ name: `${host}/base:1`, target: base.descriptor, checked: 1 });
    const image = imageOf(layer, noise(10, "own"));
    const sources = await mountSources(cache, parseReference(`${host}/app:1`));
    await pushed(image, "app:1", { sources });
    expect(image.opened).not.toContain(digestOf(layer));
    expect(await stored(digestOf(layer))).toEqual(layer);
  });

  test("with the bytes where another repository turns out not to have the layer", async () => {
    const layer = noise(5000, "gone");
    const image = imageOf(layer);
    await pushed(image, "app:1", { sources: () => ["nobody"] });
    expect(await stored(digestOf(layer))).toEqual(layer);
    // The refused mount has begun an upload, which is used.
    expect(requests(/^POST .*uploads\/$/)).toHaveLength(0);
  });

  test("with no upload left of a mount that was refused before another one was granted", async () => {
    const layer = noise(5000, "second");
    await pushed(imageOf(layer), "base:1");
    seen = [];
    const image = imageOf(layer, noise(10, "own"));
    const sources = ({ digest }: Descriptor) => (digest === digestOf(layer) ? ["nobody", "base"] : []);
    await pushed(image, "app:1", { sources });
    expect(image.opened).not.toContain(digestOf(layer));
    expect(requests(/^POST .*mount=/)).toHaveLength(2);
    expect(requests(/^DELETE .*uploads/)).toHaveLength(1);
  });
});

describe("when the connection breaks", () => {
  test("an upload goes on where the registry stopped", async () => {
    const layer = noise(900_000, "cut");
    const way = await cuttingProxy(Number(host.split(":")[1]), [250_000, 300_000]);
    const direct = host;
    host = way.host;
    await pushed(imageOf(layer));
    host = direct;
    await way.close();
    expect(await stored(digestOf(layer))).toEqual(layer);
    // One more where the registry answered before it had taken all that was on its way when the connection broke.
    expect(requests(/^PATCH/).length).toBeGreaterThanOrEqual(3);
    expect(requests(/^GET .*uploads/)).toHaveLength(requests(/^PATCH/).length - 1);
    expect(requests(/^POST/)).toHaveLength(2);
    expect(requests(/^DELETE/)).toEqual([]);
  });

  test("however often, as long as something arrives each time", async () => {
    const layer = noise(2_000_000, "often");
    const direct = host;
    const way = await cuttingProxy(Number(host.split(":")[1]), Array(8).fill(200_000));
    host = way.host;
    await pushed(imageOf(layer), "app:1", { manners: { small: 1000, pauseMs: 1, tries: 2 } });
    host = direct;
    await way.close();
    expect((await stored(digestOf(layer))).equals(layer)).toBe(true);
  });

  test("an upload that holds other bytes than it should begins anew", async () => {
    const layer = noise(300_000, "spoilt");
    let spoilt = false;
    misbehave = (request, response) => {
      if (spoilt || request.method !== "PUT" || !request.url?.includes(digestOf(layer).slice(7))) return false;
      spoilt = true;
      request.resume();
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code: "DIGEST_INVALID", message: "digest mismatch" }] }));
      return true;
    };
    await pushed(imageOf(layer));
    expect(await stored(digestOf(layer))).toEqual(layer);
    expect(requests(/^DELETE/)).toHaveLength(1);
  });

  test("an upload begins anew where the registry has forgotten it", async () => {
    const layer = noise(400_000, "forgotten");
    let cut = false;
    misbehave = (request, response) => {
      if (request.method === "GET" && request.url?.includes("uploads")) {
        response.writeHead(404).end();
        return true;
      }
      if (request.method !== "PATCH" || cut) return false;
      cut = true;
      request.once("data", () => request.socket.destroy());
      return true;
    };
    await pushed(imageOf(layer));
    expect(await stored(digestOf(layer))).toEqual(layer);
  });

  test("a lost answer to the last request is no failure when the blob is there", async () => {
    const layer = noise(500, "small");
    let lost = false;
    misbehave = (request, response) => {
      if (lost || request.method !== "PUT" || !request.url?.includes(digestOf(layer).slice(7))) return false;
      lost = true;
      const end = response.end.bind(response);
      response.end = (() => {
        request.socket.destroy();
        return response;
      }) as typeof end;
      return false;
    };
    const image = imageOf(layer);
    await pushed(image);
    expect(lost).toBe(true);
    expect(image.opened.filter((digest) => digest === digestOf(layer))).toHaveLength(1);
  });

  test("it is given up after some tries, and the upload with it", async () => {
    misbehave = (request) => {
      if (request.method !== "PATCH") return false;
      request.socket.destroy();
      return true;
    };
    await expect(pushed(imageOf(noise(9000, "never")))).rejects.toMatchObject({ code: "E_PUSH_FAILED" });
    expect(requests(/^DELETE/).length).toBeGreaterThan(0);
    expect(requests(/^PUT .*manifests/)).toHaveLength(0);
  });
});

test("content that no connection was found for is closed", async () => {
  misbehave = (request, response) => {
    if (request.method !== "POST") return false;
    response.writeHead(202, { location: "http://127.0.0.1:1/upload" }).end();
    return true;
  };
  const image = imageOf(noise(9000, "unread"));
  const opened: Readable[] = [];
  const open: BlobSource["open"] = async (...call) => {
    const content = await image.blobs.open(...call);
    opened.push(content);
    return content;
  };
  await expect(pushed({ ...image, blobs: { open } })).rejects.toMatchObject({ code: "E_PUSH_FAILED" });
  expect(opened.length).toBeGreaterThan(0);
  expect(opened.filter((content) => !content.destroyed)).toEqual([]);
});

test("a request that a proxy finds too long is sent in pieces", async () => {
  const layer = noise(350_000, "pieces");
  misbehave = (request, response) => {
    if (request.method !== "PATCH" || Number(request.headers["content-length"]) <= 100_000) return false;
    response.writeHead(413, { connection: "close" }).end("<html>413</html>");
    return true;
  };
  await pushed(imageOf(layer));
  expect(await stored(digestOf(layer))).toEqual(layer);
});

test("pieces are as long as the registry wants them", async () => {
  const layer = noise(350_000, "minimum");
  misbehave = (request, response) => {
    if (request.method === "POST") response.setHeader("oci-chunk-min-length", "200000");
    if (request.method === "PATCH") response.setHeader("oci-chunk-min-length", "200000");
    if (request.method !== "PATCH" || Number(request.headers["content-length"]) <= 250_000) return false;
    response.writeHead(413, { connection: "close" }).end();
    return true;
  };
  await pushed(imageOf(layer));
  expect(await stored(digestOf(layer))).toEqual(layer);
  expect(requests(/^PATCH/)).toHaveLength(3);
});

describe("a refusal says what it means", () => {
  const refusal = (status: number, code: string, message: string, method = "POST") => {
    misbehave = (request, response) => {
      if (request.method !== method) return false;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code, message }] }));
      return true;
    };
  };
  test.each([
    [403, "DENIED", "requested access is denied", "E_PUSH_DENIED"],
    [404, "NAME_UNKNOWN", "project not found", "E_PUSH_NAME"],
    [405, "UNSUPPORTED", "", "E_PUSH_UNSUPPORTED"],
    [413, "", "", "E_PUSH_LARGE"],
    [429, "TOOMANYREQUESTS", "slow down", "E_RATE_LIMITED"],
    [507, "", "", "E_PUSH_FULL"],
    [403, "DENIED", "adding 1 GiB would exceed the configured quota of 2 GiB", "E_PUSH_FULL"],
    [400, "UNKNOWN", "a reason of its own", "E_PUSH_STATUS"],
  ])("%i %s %s", async (status, code, message, want) => {
    refusal(status, code, message);
    await expect(pushed(imageOf(noise(9000, "x")))).rejects.toMatchObject({ code: want });
  });

  test("of the manifest", async () => {
    refusal(400, "MANIFEST_INVALID", "unknown media type", "PUT");
    const image = imageOf();
    misbehave = (
      (before) => (request, response) =>
        request.url?.includes("/manifests/") ? before(request, response) : false
    )(misbehave);
    await expect(pushed(image)).rejects.toMatchObject({ code: "E_PUSH_MANIFEST" });
  });
});

test("whether a push is allowed is known before, and leaves no upload behind", async () => {
  await checkPush(parseReference(`${host}/app:1`), client);
  expect(seen.map((one) => one.replace(/[0-9a-f]{32}/, "…"))).toEqual([
    "POST /v2/app/blobs/uploads/",
    "DELETE /v2/app/blobs/uploads/…",
  ]);
  misbehave = (_, response) => {
    response.writeHead(403).end();
    return true;
  };
  await expect(checkPush(parseReference(`${host}/app:1`), client)).rejects.toMatchObject({ code: "E_PUSH_DENIED" });
});

test("a registry that claims another digest for the manifest is not believed", async () => {
  misbehave = (request, response) => {
    if (!request.url?.includes("/manifests/")) return false;
    request.resume();
    response.writeHead(201, { "docker-content-digest": digestOf("another") }).end();
    return true;
  };
  await expect(pushed(imageOf())).rejects.toMatchObject({ code: "E_PUSH_ANSWER" });
});

test("a login never goes to the place that a registry sends uploads to, when that is elsewhere", async () => {
  const heard: (string | undefined)[] = [];
  const elsewhere = createServer((request, response) => {
    heard.push(request.headers.authorization);
    request.resume();
    response.writeHead(201).end();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const place = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/upload`;
  misbehave = (request, response) => {
    if (request.method === "POST") {
      response.writeHead(202, { location: place }).end();
      return true;
    }
    if (request.headers.authorization) return false;
    response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
    return true;
  };
  const credential = { kind: "password", username: "u", password: "p", source: "a test" } as const;
  const own = registryClient({ env: {}, credentials: async () => credential });
  await push(imageOf(noise(10, "x")), parseReference(`${host}/app:1`), own, OPTIONS);
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.every((one) => one === undefined)).toBe(true);
  await own.close();
  elsewhere.closeAllConnections();
  elsewhere.close();
});

test("a SIF file is pushed as Apptainer does it, and is refused when it changes meanwhile", async () => {
  const path = join(dir, "image.sif");
  await writeFile(path, noise(20_000, "sif"));
  const artifact = await sifArtifact(path, { annotations: { "org.example.note": "hello" } });
  await pushed(artifact, "sif:1");
  const { bytes } = await client.manifest(parseReference(`${host}/sif:1`), undefined, {});
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
    config: { mediaType: "application/vnd.sylabs.sif.config.v1+json", size: 2 },
    layers: [
      {
        mediaType: "application/vnd.sylabs.sif.layer.v1.sif",
        digest: digestOf(await readFile(path)),
        annotations: { "org.opencontainers.image.title": "image.sif" },
      },
    ],
    annotations: { "org.example.note": "hello" },
  });
  await writeFile(path, noise(20_000, "other"));
  await expect(pushed({ ...artifact }, "other:1", {})).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
});
