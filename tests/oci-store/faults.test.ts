import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { silent } from "../../src/base/log.ts";
import { contentStore } from "../../src/oci/store/content-store.ts";
import type { Descriptor, ImageManifest } from "../../src/oci/types.ts";
import { type Fault, type FaultyRegistry, faultyRegistry } from "./faulty-registry.ts";
import { blobsAt, closeClients, imageOf, QUICK } from "./pull-support.ts";

const MIB = 1024 * 1024;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-faults-"));
});
afterAll(async () => {
  await closeClients();
  await rm(dir, { recursive: true });
});

interface Scene {
  readonly registry: FaultyRegistry;
  readonly root: string;
  readonly layers: readonly Descriptor[];
  readonly layer: Descriptor;
}

async function scene(
  name: string,
  sizes: number[],
  fault: (count: number, range: string | undefined) => Fault = () => ({}),
): Promise<Scene> {
  const image = join(dir, name, "image");
  const manifest = await imageOf(image, ...sizes);
  const store = contentStore(image, { log: silent });
  const { layers } = JSON.parse((await store.read(manifest)).toString()) as ImageManifest;
  const registry = await faultyRegistry({ app: image }, (count, request) => fault(count, request.headers.range));
  return { registry, root: join(dir, name, "store"), layers, layer: layers[0] as Descriptor };
}

async function check({ root, layers }: Scene): Promise<void> {
  const store = contentStore(root, { log: silent });
  for (const layer of layers) expect(digestOf(await buffer(await store.open(layer)))).toBe(layer.digest);
  expect(await readdir(join(root, "partial"))).toEqual([]);
  expect(await readdir(join(root, "lock"))).toEqual([]);
}

const puller = (scene: Scene, ...more: string[]) =>
  spawn(
    process.execPath,
    [join(import.meta.dirname, "puller.ts"), scene.registry.host, scene.root, JSON.stringify(scene.layers), ...more],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(10);
}

test("a connection that is cut again and again is resumed each time from where it stopped", async () => {
  const it = await scene("cut", [2 * MIB], (count) => (count < 5 ? { cutAfter: 300_000 } : {}));
  await blobsAt(it.registry.host, it.root).prefetch(it.layers);
  await check(it);
  // Bytes that were on their way when the line was cut may be sent twice, whole prefixes not.
  expect(it.registry.sent()).toBeLessThan(it.layer.size + 5 * 300_000);
  expect(it.registry.requests.length).toBe(6);
  await it.registry.close();
});

test("a line that is cut without any advance is given up, and what came before is kept", async () => {
  const it = await scene("dead", [MIB], (count) => (count === 0 ? { cutAfter: 700_000 } : { cutAfter: 0 }));
  const failed = blobsAt(it.registry.host, it.root).prefetch(it.layers);
  await expect(failed).rejects.toMatchObject({ code: "E_TRANSFER_FAILED" });
  const record = (await readdir(join(it.root, "partial"))).find((name) => name.endsWith(".ranges"));
  expect(JSON.parse(await readFile(join(it.root, "partial", record ?? ""), "utf8")).ranges).toHaveLength(1);
  expect(await readdir(join(it.root, "lock"))).toEqual([]);
  await it.registry.close();
});

test("a corrupted answer is noticed and fetched once more; corruption that stays is an error", async () => {
  const once = await scene("corrupt", [MIB], (count) => (count === 0 ? { corruptAt: 500_000 } : {}));
  await blobsAt(once.registry.host, once.root).prefetch(once.layers);
  await check(once);
  await once.registry.close();
  const always = await scene("corrupt2", [MIB], () => ({ corruptAt: 500_000 }));
  await expect(blobsAt(always.registry.host, always.root).prefetch(always.layers)).rejects.toMatchObject({
    code: "E_DIGEST_MISMATCH",
  });
  expect(always.registry.requests.length).toBe(2);
  expect(await readdir(join(always.root, "partial"))).toEqual([]);
  await always.registry.close();
});

test("a registry that stalls is left after the idle time-out, and the next answer goes on from there", async () => {
  const it = await scene("stall", [MIB], (count) => (count === 0 ? { stallAfter: 400_000 } : {}));
  const patience = { ...QUICK, idleMs: 300 };
  await blobsAt(it.registry.host, it.root, { patience }).prefetch(it.layers);
  await check(it);
  const always = await scene("stall2", [MIB], () => ({ stallAfter: 0 }));
  const failed = blobsAt(always.registry.host, always.root, { patience: { ...patience, idleMs: 100 } }).prefetch(
    always.layers,
  );
  await expect(failed).rejects.toThrow("no data of");
  // However many tries are left: nothing for so long is an end.
  const vain = { ...patience, tries: 1_000, idleMs: 50, vainMs: 200 };
  await expect(blobsAt(always.registry.host, always.root, { patience: vain }).prefetch(always.layers)).rejects.toThrow(
    "no data of",
  );
  await Promise.all([it.registry.close(), always.registry.close()]);
});

test("a refusal is not tried again", async () => {
  const it = await scene("refused", [1000], () => ({ status: 404 }));
  await expect(blobsAt(it.registry.host, it.root).prefetch(it.layers)).rejects.toMatchObject({
    code: "E_BLOB_UNKNOWN",
  });
  expect(it.registry.requests.length).toBe(1);
  await it.registry.close();
});

test("a big blob comes in ranges, each byte once, and a failed range alone is repeated", async () => {
  const ranges: (string | undefined)[] = [];
  const it = await scene("ranges", [5 * MIB], (count, range) => {
    ranges.push(range);
    return count === 2 ? { cutAfter: 200_000 } : {};
  });
  await blobsAt(it.registry.host, it.root, { big: MIB, piece: MIB }).prefetch(it.layers);
  await check(it);
  expect(ranges.length).toBe(Math.ceil(it.layer.size / MIB) + 1);
  expect(ranges[0]).toBe(`bytes=0-${MIB - 1}`);
  expect(it.registry.sent()).toBeLessThan(it.layer.size + MIB);
  await it.registry.close();
});

test("a server without ranges gets one request for the whole, also when resuming", async () => {
  const it = await scene("noranges", [3 * MIB], (count) => ({
    noRanges: true,
    ...(count === 0 ? { cutAfter: MIB } : {}),
  }));
  await blobsAt(it.registry.host, it.root, { big: MIB, piece: MIB }).prefetch(it.layers);
  await check(it);
  expect(it.registry.requests.length).toBe(2);
  await it.registry.close();
});

test("opening a blob that is being fetched waits for it, and one cancelled wait leaves the others", async () => {
  const it = await scene("wait", [MIB, 1000], () => ({ delay: 20 }));
  const blobs = blobsAt(it.registry.host, it.root);
  const all = blobs.prefetch(it.layers);
  const stop = new AbortController();
  const cancelled = blobs.open(it.layer, { signal: stop.signal });
  const opened = blobs.open(it.layer, {});
  stop.abort();
  await expect(cancelled).rejects.toThrow();
  expect((await buffer(await opened)).length).toBe(it.layer.size);
  await all;
  expect(it.registry.requests.length).toBe(2);
  await it.registry.close();
});

test("cancelling leaves a partial file that the next pull goes on from", async () => {
  const ranges: (string | undefined)[] = [];
  const it = await scene("cancel", [2 * MIB], (count, range) => {
    ranges.push(range);
    return count === 0 ? { delay: 30 } : {};
  });
  const stop = new AbortController();
  const pulled = blobsAt(it.registry.host, it.root, { signal: stop.signal }).prefetch(it.layers);
  pulled.catch(() => undefined);
  await until(async () => (await recordedBytes(it)) > 0);
  stop.abort();
  await expect(pulled).rejects.toThrow();
  const recorded = await recordedBytes(it);
  await blobsAt(it.registry.host, it.root).prefetch(it.layers);
  await check(it);
  expect(ranges).toEqual([undefined, `bytes=${recorded}-${it.layer.size - 1}`]);
  await it.registry.close();
});

test("a process killed with SIGKILL in mid-download is resumed; what it had recorded is not sent again", async () => {
  const asked: number[] = [];
  const it = await scene("kill", [8 * MIB], (_, range) => {
    const [from = 0, to = 0] = (range ?? "").replace("bytes=", "").split("-").map(Number);
    asked.push(to - from + 1);
    return { delay: 30 };
  });
  const child = puller(it, String(MIB), String(2 * MIB));
  await until(async () => (await recordedBytes(it)) > MIB);
  child.kill("SIGKILL");
  await once(child, "exit");
  const recorded = await recordedBytes(it);
  asked.length = 0;
  await blobsAt(it.registry.host, it.root, { big: MIB, piece: 2 * MIB }).prefetch(it.layers);
  await check(it);
  expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBe(it.layer.size - recorded);
  await it.registry.close();
});

async function recordedBytes({ root, layer }: Scene): Promise<number> {
  const record = join(root, "partial", `${layer.digest.replace(":", "-")}.ranges`);
  const text = await readFile(record, "utf8").catch(() => '{"ranges":[]}');
  const { ranges } = JSON.parse(text) as { ranges: [number, number][] };
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

test("two processes that want the same image fetch each blob once between them", async () => {
  const it = await scene("two", [MIB, MIB, 100_000], () => ({ delay: 5 }));
  const children = [puller(it), puller(it), puller(it)];
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual([0, 0, 0]);
  await check(it);
  expect(it.registry.requests.length).toBe(3);
  await it.registry.close();
});

test("a store removed in the middle of a download is made again, and so is the download", async () => {
  const it = await scene("vanish", [2 * MIB], (count) => (count === 0 ? { delay: 10 } : {}));
  const pulled = blobsAt(it.registry.host, it.root).prefetch(it.layers);
  await until(() => it.registry.sent() > MIB);
  await rename(it.root, `${it.root}.gone`);
  await pulled;
  await check(it);
  expect(it.registry.requests.length).toBe(2);
  await it.registry.close();
});

test("a torn partial file costs a second transfer, not a wrong blob", async () => {
  const it = await scene("torn", [MIB]);
  await mkdir(join(it.root, "partial"), { recursive: true });
  const partial = join(it.root, "partial", it.layer.digest.replace(":", "-"));
  await writeFile(partial, Buffer.alloc(600_000));
  await writeFile(`${partial}.ranges`, JSON.stringify({ size: it.layer.size, ranges: [[0, 600_000]] }));
  await blobsAt(it.registry.host, it.root).prefetch(it.layers);
  await check(it);
  await it.registry.close();
});

test("records that lie about the partial file are not believed", async () => {
  for (const record of ["", "{}", '{"size":5,"ranges":[[0,5]]}', `{"size":${MIB},"ranges":[[0,99999999]]}`]) {
    const it = await scene(`lie${record.length}`, [1000]);
    await mkdir(join(it.root, "partial"), { recursive: true });
    const partial = join(it.root, "partial", it.layer.digest.replace(":", "-"));
    await writeFile(partial, "xyz");
    await writeFile(`${partial}.ranges`, record);
    await blobsAt(it.registry.host, it.root).prefetch(it.layers);
    await check(it);
    await it.registry.close();
  }
});

test.skipIf(process.getuid?.() === 0)(
  "a store that cannot be written says so (skipped as root, whom modes do not stop)",
  async () => {
    const it = await scene("readonly", [1000]);
    await mkdir(it.root, { recursive: true });
    await chmod(it.root, 0o500);
    await expect(blobsAt(it.registry.host, it.root).prefetch(it.layers)).rejects.toMatchObject({
      code: "E_STORE_UNWRITABLE",
    });
    await it.registry.close();
  },
);
