import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silent, unwatched } from "../../base/log.ts";
import { type RegistryClient, registryClient } from "../../oci/registry/client.ts";
import { FIXTURES } from "../testing.ts";
import { openStore } from "./store.ts";
import { zipOf } from "./testing.ts";
import { updateStore } from "./update.ts";

let dir: string;
let root: string;
let client: RegistryClient;
let origin: string;
let close: () => void;
let seen: string[];
/** Path → content; its ETag is its length. */
let files: Map<string, Buffer>;
/** Bytes after which the next answer is cut. */
let cut: number | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-update-"));
  root = join(dir, "store");
  client = registryClient({ env: {}, retry: { base: 1, retries: 0 } });
  [seen, cut, files] = [[], undefined, new Map()];
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  await offer("Debian", "debian.json");
  await offer("Rocky Linux", "rocky.json");
  files.set("/kev.json", await readFile(join(FIXTURES, "exploited.json")));
});
afterEach(async () => {
  await client.close();
  close();
  await rm(dir, { recursive: true, force: true });
});

async function offer(family: string, name: string): Promise<void> {
  const records = JSON.parse(await readFile(join(FIXTURES, "osv", name), "utf8")) as readonly { readonly id: string }[];
  const members = Object.fromEntries(records.map((record) => [`${record.id}.json`, JSON.stringify(record)]));
  files.set(`/osv/${encodeURIComponent(family)}/all.zip`, zipOf(members, { plain: true }));
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const { range } = request.headers;
  seen.push([request.method, request.url, range].filter(Boolean).join(" "));
  const content = files.get(request.url ?? "");
  if (!content) return void response.writeHead(404).end("no such file");
  const from = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
  const rest = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": rest.length,
    etag: `"${content.length}"`,
    "last-modified": "Wed, 08 Jul 2026 06:00:00 GMT",
    ...(from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  if (request.method === "HEAD") return void response.end();
  if (cut === undefined) return void response.end(rest);
  response.write(rest.subarray(0, cut), () => setImmediate(() => request.socket.destroy()));
}

const update = (more: { readonly ecosystems?: readonly string[]; readonly exploited?: string } = {}) =>
  updateStore(root, {
    ...{ mirror: `${origin}/osv/`, ecosystems: ["Debian:12", "Rocky Linux"], log: silent, progress: unwatched },
    ...{ client: async () => client, now: () => new Date("2026-07-09T00:00:00Z") },
    ...more,
  });

test("each family is fetched once, and only the wanted releases are kept", async () => {
  const { updated } = await update({ exploited: `${origin}/kev.json` });
  expect(updated).toEqual(["Debian", "Rocky Linux", "exploited"]);
  const { manifest } = await openStore(root);
  expect(manifest.parts.map(({ ecosystem }) => ecosystem)).toEqual(["Debian:12", "Rocky Linux:9"]);
  expect(manifest.sources[0]).toMatchObject({ name: "Debian", date: "2026-07-08T06:00:00.000Z", skipped: 0 });
  expect(manifest.lists.map(({ entries }) => entries)).toEqual([2]);
  expect(await readdir(root)).toEqual(expect.not.arrayContaining(["downloads"]));
});

test("what has not changed is asked for and not fetched, and the store stays the same", async () => {
  const first = await update();
  seen = [];
  const second = await update();
  expect(second).toMatchObject({ store: undefined, updated: [], unchanged: ["Debian", "Rocky Linux"] });
  expect(seen).toEqual(["HEAD /osv/Debian/all.zip", "HEAD /osv/Rocky%20Linux/all.zip"]);
  expect((await openStore(root)).digest).toBe(first.store?.digest);
});

test("a release that is wanted for the first time is fetched although nothing has changed", async () => {
  await update();
  await update({ ecosystems: ["Debian:11", "Debian:12"] });
  const { manifest } = await openStore(root);
  expect(manifest.parts.map(({ ecosystem }) => ecosystem)).toEqual(["Debian:11", "Debian:12", "Rocky Linux:9"]);
});

test("a broken archive leaves the store as it was", async () => {
  const before = (await update()).store?.digest;
  const good = files.get("/osv/Debian/all.zip") ?? Buffer.alloc(0);
  files.set("/osv/Debian/all.zip", good.subarray(0, good.length - 30));
  await expect(update()).rejects.toMatchObject({ code: "E_ADVISORY_ZIP" });
  expect((await openStore(root)).digest).toBe(before);
  expect((await readdir(join(root, "generations"))).length).toBe(1);
});

test("what a mirror has not is said with its address", async () => {
  await expect(update({ ecosystems: ["Nowhere"] })).rejects.toMatchObject({
    code: "E_ADVISORY_FETCH",
    message: expect.stringContaining("/osv/Nowhere/all.zip"),
  });
});

test("a transfer that breaks off goes on where it stopped", async () => {
  const filler = { id: "X", modified: "2026-01-01T00:00:00Z", details: "x".repeat(3_000_000) };
  const wanted = await readFile(join(FIXTURES, "osv/alpine.json"), "utf8");
  files.set("/osv/Alpine/all.zip", zipOf({ "x.json": JSON.stringify(filler), "a.json": wanted }, { plain: true }));
  cut = 2_000_000;
  await update({ ecosystems: ["Alpine"] });
  expect(seen.at(-1)).toMatch(/^GET \/osv\/Alpine\/all\.zip bytes=\d{6,}-$/);
  const { manifest } = await openStore(root);
  expect(manifest.parts.map(({ ecosystem }) => ecosystem)).toEqual(["Alpine:v3.19", "Alpine:v3.20"]);
});

test("an archive without advisories leaves the store as it was", async () => {
  const before = (await update()).store?.digest;
  files.set("/osv/Debian/all.zip", zipOf({ "a.json": "{}" }));
  await expect(update()).rejects.toMatchObject({ code: "E_ADVISORY_SOURCE" });
  expect((await openStore(root)).digest).toBe(before);
});
