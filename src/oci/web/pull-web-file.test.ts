import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { defineErrors } from "../../base/errors.ts";
import { silent } from "../../base/log.ts";
import { withChecksum } from "../pull-file.ts";
import { type RegistryClient, registryClient } from "../registry/client.ts";
import { type Cache, openCache } from "../store/cache.ts";
import { pullWebFile, type WebPull } from "./pull-web-file.ts";
import { parseWebAddress } from "./web-address.ts";

let dir: string;
let cache: Cache;
let client: RegistryClient;
let origin: string;
let close: () => void;
let seen: string[];
let content: Buffer;
let etag: string | undefined;
/** Bytes after which an answer is cut; the first for the first GET. */
let cuts: number[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-web-"));
  cache = await openCache({ root: join(dir, "cache"), tempDir: dir, log: silent });
  client = registryClient({ env: {}, retry: { base: 1, retries: 1 } });
  [seen, cuts, etag, content] = [[], [], '"one"', Buffer.alloc(300_000, "some bytes of a file ")];
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(async () => {
  await client.close();
  close();
  await rm(dir, { recursive: true, force: true });
});

function serve(request: IncomingMessage, response: ServerResponse): void {
  const { range, "if-range": version, authorization } = request.headers;
  seen.push([request.method, request.url, range, authorization].filter(Boolean).join(" "));
  if (request.url?.startsWith("/missing")) return void response.writeHead(404).end("no such file");
  const from = range !== undefined && version === etag ? Number(/^bytes=(\d+)-/.exec(range)?.[1]) : 0;
  const rest = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": rest.length,
    ...(etag === undefined ? {} : { etag }),
    ...(from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  const cut = request.method === "GET" ? cuts.shift() : undefined;
  if (request.method === "HEAD") return void response.end();
  if (cut === undefined) return void response.end(rest);
  response.write(rest.subarray(0, cut), () => setImmediate(() => request.socket.destroy()));
}

function pull(path: string, more: Partial<WebPull> = {}) {
  const common = { policy: "newer", client: async () => client, cache, log: silent, now: () => 1 } as const;
  return pullWebFile({ url: `${origin}${path}`, ...common, ...more });
}

test("a file comes once, and again only when the server has another", async () => {
  const first = await pull("/a.sif");
  expect(await readFile(first.path)).toEqual(content);
  await pull("/a.sif");
  expect(seen).toEqual(["GET /a.sif", "HEAD /a.sif"]);
  [content, etag] = [Buffer.from("a new file"), '"two"'];
  expect((await pull("/a.sif")).digest).toBe(digestOf("a new file"));
});

test("a file whose checksum is known is not even asked for again", async () => {
  const digest = digestOf(content);
  await pull(`/a.sif#${digest}`);
  await pull(`/elsewhere.sif#${digest}`);
  expect(seen).toEqual(["GET /a.sif"]);
});

test("a file with another checksum is refused and not kept", async () => {
  const wanted = pull("/a.sif", { checksum: digestOf("another") });
  await expect(wanted).rejects.toMatchObject({ code: "E_WEB_CHECKSUM" });
  expect(await cache.blobs.list()).toEqual([]);
});

test("a broken transfer goes on where it stopped", async () => {
  content = Buffer.alloc(6_000_000, "many bytes of a file ");
  cuts = [2_000_000, 2_000_000];
  expect((await readFile((await pull("/a.sif")).path)).equals(content)).toBe(true);
  expect(seen).toHaveLength(3);
  expect(seen[1]).toMatch(/bytes=\d{6,}-/);
});

test("a transfer that was given up goes on where it stopped at the next try", async () => {
  content = Buffer.alloc(6_000_000, "many bytes of a file ");
  cuts = [2_000_000];
  const stop = new AbortController();
  const log = { ...silent, debug: () => stop.abort() };
  await expect(pull("/a.sif", { log, signal: stop.signal })).rejects.toThrow();
  expect((await readFile((await pull("/a.sif")).path)).equals(content)).toBe(true);
  expect(seen[1]).toMatch(/bytes=\d{6,}-/);
});

test("who waited for another's transfer does not fetch the file again", async () => {
  await Promise.all([pull("/a.sif"), pull("/a.sif")]);
  expect(seen.filter((request) => request.startsWith("GET"))).toEqual(["GET /a.sif"]);
});

test("a fault of this machine's configuration is no reason to take the cached file", async () => {
  await pull("/a.sif");
  const broken = async () => {
    throw defineErrors({ E_OWN: { text: "a certificate cannot be read" } })("E_OWN");
  };
  await expect(pull("/a.sif", { client: broken })).rejects.toMatchObject({ code: "E_OWN" });
});

test("a file that changed meanwhile is fetched from its start", async () => {
  cuts = [100_000];
  const { log, warn } = { log: silent, warn: () => undefined };
  const changing = {
    ...log,
    debug: () => {
      [content, etag] = [Buffer.alloc(200_000, "other bytes "), '"two"'];
    },
    warn,
  };
  expect(await readFile((await pull("/a.sif", { log: changing })).path)).toEqual(Buffer.alloc(200_000, "other bytes "));
});

test("bytes of no known version are never gone on from", async () => {
  etag = undefined;
  cuts = [100_000];
  expect(await readFile((await pull("/a.sif")).path)).toEqual(content);
  expect(seen).toEqual(["GET /a.sif", "GET /a.sif"]);
});

test("a refusal is said with the address, without what may be secret in it", async () => {
  const refused = pull("/missing.sif?signature=secret");
  await expect(refused).rejects.toMatchObject({ code: "E_WEB_STATUS" });
  await expect(pull("/missing.sif?signature=secret")).rejects.not.toThrow(/secret/);
});

test("a login in the address is sent, and kept nowhere", async () => {
  await pull("/a.sif", { url: origin.replace("//", "//me:pass@") });
  expect(seen[0]).toContain("Basic bWU6cGFzcw==");
  expect(JSON.stringify(await cache.references.list())).not.toContain("pass");
});

test("policies decide whether the server is asked", async () => {
  await expect(pull("/a.sif", { policy: "never" })).rejects.toMatchObject({ code: "E_WEB_NOT_CACHED" });
  await pull("/a.sif");
  await pull("/a.sif", { policy: "never" });
  await pull("/a.sif", { policy: "missing" });
  expect(seen).toEqual(["GET /a.sif"]);
});

test("without the server the cached file serves, with a warning", async () => {
  await pull("/a.sif");
  close();
  const warnings: string[] = [];
  await pull("/a.sif", { log: { ...silent, warn: (text) => warnings.push(text) } });
  expect(warnings[0]).toContain("may be outdated");
});

test.each(["md5:0123", "SHA256:0123", "sha-256:0123"])(
  "the checksum %s is refused, not passed over",
  async (checksum) => {
    expect(() => parseWebAddress(`https://host/a.sif#${checksum}`)).toThrow(/not a digest/);
    expect(() => withChecksum({ kind: "http", url: "https://host/a.sif" }, checksum)).toThrow(/not a digest/);
  },
);

test("a login that is no percent-encoding is taken as it stands", () => {
  expect(parseWebAddress("https://me:50%@host/a.sif").login).toBe(`Basic ${btoa("me:50%")}`);
});

test("an address that is none is shown without its login and its query", () => {
  const show = () => parseWebAddress("https://me:p@ss@host:port/a.sif?signature=secret");
  expect(show).toThrow('"https://host:port/a.sif" is no address');
});

test.each(["nonsense", "http://"])("%s is no address", (text) => {
  expect(() => parseWebAddress(text)).toThrow(/no address/);
});
