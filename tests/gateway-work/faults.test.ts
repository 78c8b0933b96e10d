// What goes wrong while an image is pulled, at every stage: the record ends right, its words say why, and nothing is left.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PullRecord } from "../../src/gateway/types.ts";
import { AS_ROOT } from "../support/ordinary-user.ts";
import { hasRegistry, scratchDir, startRegistry, type TestRegistry } from "../support/registry.ts";
import { startRogueServer } from "../support/rogue-server.ts";
import { type Gate, openGate } from "./gate.ts";
import { hasSkopeo, layerDigests, push } from "./images.ts";
import { jobProcesses, killJob } from "./jobs.ts";
import { locationAt, openWorkshop, until, type Workshop, type WorkshopSetup } from "./workshop.ts";

const MIB = 2 ** 20;
const layersOf = (...contents: (string | Buffer)[]) => ({
  layers: contents.map((content, at) => ({ entries: [{ path: `f${at}`, content }] })),
});

const FULL_PLACES = [
  ["cache", "the gateway's cache is full"],
  ["work", "the gateway's working space is full"],
  ["images/perlmutter", "the gateway's image folder on this system is full"],
] as const;

const PUT_BACK = ({ status, statusMessage }: PullRecord) => status === "PENDING" && statusMessage !== "";

describe.skipIf(!hasRegistry || !hasSkopeo)("a pull that fails [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  let gate: Gate;
  const cleanups: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    registry = await startRegistry();
    gate = await openGate(registry.host);
  });
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
    expect(jobProcesses()).toEqual([]);
  });
  afterAll(async () => {
    await gate?.stop();
    await registry?.stop();
  });

  async function open(setup: WorkshopSetup = {}): Promise<Workshop> {
    const shop = await openWorkshop({ locations: [locationAt("site", gate.url)], ...setup });
    cleanups.push(shop.stop);
    return shop;
  }

  async function nothingLeft(shop: Workshop): Promise<void> {
    expect(await readdir(shop.imageDir())).toEqual([]);
    expect(await shop.leftInWork()).toEqual([]);
  }

  test.each([
    ["while it asks for the manifest", /\/a\/killed\/manifests\//],
    ["while it fetches the configuration and layers", /\/a\/killed\/blobs\//],
  ])("because its process was killed %s is tried again and succeeds", async (_, pattern) => {
    await push(registry, "a/killed:1", layersOf(randomBytes(1000)));
    const shop = await open();
    const hold = gate.hold(pattern);
    const { id } = await shop.ask("a/killed:1");
    await hold.reached;
    killJob();
    const waiting = await shop.until(id, PUT_BACK);
    expect(waiting.statusMessage).toContain("broken off (SIGKILL)");
    await nothingLeft(shop);
    hold.release();
    shop.advance(10);
    expect(await shop.until(id, ({ finishedAt }) => finishedAt !== null)).toMatchObject({ status: "READY" });
  });

  test("because its process was killed in the middle of the conversion leaves nothing", async () => {
    await push(registry, "a/midway:1", layersOf(randomBytes(2000), randomBytes(MIB)));
    const [bottom = ""] = await layerDigests(registry, "a/midway", "1");
    const shop = await open({ workers: { attempts: 1 } });
    // The upper layer is converted while the lower one does not come.
    const hold = gate.hold(new RegExp(bottom));
    const { id } = await shop.ask("a/midway:1");
    await until(async () => (await shop.leftInWork()).some((name) => name.endsWith("image.squashfs.partial")));
    killJob();
    const ended = await shop.until(id, ({ finishedAt }) => finishedAt !== null);
    expect(ended).toMatchObject({ status: "FAILURE", errorCode: "E_GATEWAY_GIVEN_UP" });
    await nothingLeft(shop);
    hold.release();
    expect(await shop.pull("a/midway:1")).toMatchObject({ status: "READY" });
  });

  test("by being cancelled ends at once, and its process with it", async () => {
    await push(registry, "a/cancelled:1", layersOf(randomBytes(1000)));
    const shop = await open();
    const hold = gate.hold(/\/a\/cancelled\/blobs\//);
    const { id } = await shop.ask("a/cancelled:1");
    await hold.reached;
    await shop.queue.cancel(id);
    const ended = await shop.until(id, ({ finishedAt }) => finishedAt !== null);
    expect(ended).toMatchObject({ status: "FAILURE", statusMessage: "cancelled", errorCode: "E_GATEWAY_CANCELLED" });
    await nothingLeft(shop);
    hold.release();
  });

  test("because it needs too much memory says so", async () => {
    await push(registry, "a/memory:1", layersOf("x"));
    const shop = await open({ workers: { memoryBytes: 20 * MIB } });
    const hold = gate.hold(/\/a\/memory\/blobs\//);
    cleanups.push(async () => hold.release());
    const ended = await shop.pull("a/memory:1");
    expect(ended).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_MEMORY" });
    expect(ended.statusMessage).toContain("20.0 MiB");
    await nothingLeft(shop);
  });

  test("because it takes too much temporary space says so", async () => {
    await push(registry, "a/temp:1", layersOf(randomBytes(1000), randomBytes(6 * MIB)));
    const [bottom = ""] = await layerDigests(registry, "a/temp", "1");
    const shop = await open({ workers: { tempBytes: 2 * MIB } });
    const hold = gate.hold(new RegExp(bottom));
    expect(await shop.pull("a/temp:1")).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_TEMP" });
    await nothingLeft(shop);
    hold.release();
  });

  test("because the registry keeps silent is given up with the reason", async () => {
    const silent = await startRogueServer(() => {});
    cleanups.push(silent.stop);
    const locations = [locationAt("site", silent.url)];
    const shop = await open({ locations, silentMs: 200, workers: { attempts: 1 } });
    const ended = await shop.pull("a/b:1");
    expect(ended).toMatchObject({ status: "FAILURE", errorCode: "E_GATEWAY_GIVEN_UP" });
    expect(ended.statusMessage).toMatch(/did not answer in time.*given up after 1 attempt/);
    await nothingLeft(shop);
  });

  test("because the registry lies about a layer is no reason to try again", async () => {
    const digest = await push(registry, "a/lying:1", layersOf(randomBytes(1000)));
    const liar = await startRogueServer(async (request, response) => {
      const answer = await fetch(`${registry.url}${request.url}`, { headers: { accept: `${request.headers.accept}` } });
      const body = Buffer.from(await answer.arrayBuffer());
      if (request.url?.includes("/blobs/") && body[0] === 0x1f) body[body.length >> 1] = 0x55;
      const headers = { "content-type": `${answer.headers.get("content-type")}`, "docker-content-digest": digest };
      response.writeHead(answer.status, request.url?.includes("/manifests/") ? headers : {}).end(body);
    });
    cleanups.push(liar.stop);
    const shop = await open({ locations: [locationAt("site", liar.url)] });
    const ended = await shop.pull("a/lying:1");
    expect(ended).toMatchObject({ status: "FAILURE", errorCode: "E_DIGEST_MISMATCH" });
    await nothingLeft(shop);
  });

  test("because the registry allows no more comes back when it may", async () => {
    let answers = 0;
    const tired = await startRogueServer((_, response) => {
      answers += 1;
      response.writeHead(429, { "retry-after": "120" }).end();
    });
    cleanups.push(tired.stop);
    const shop = await open({ locations: [locationAt("site", tired.url)] });
    const { id } = await shop.ask("a/b:1");
    const waiting = await shop.until(id, PUT_BACK);
    expect(waiting.statusMessage).toContain("allows no more requests");
    const before = answers;
    shop.advance(60);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answers).toBe(before);
    shop.advance(61);
    await shop.until(id, ({ finishedAt }) => finishedAt !== null);
    expect(answers).toBeGreaterThan(before);
  });

  test("because a layer is no archive is remembered, so that nobody converts it again", async () => {
    const entries = [{ path: "../outside", content: "x" }];
    await push(registry, "a/broken:1", { layers: [{ entries }] });
    const shop = await open();
    const first = await shop.pull("a/broken:1");
    expect(first).toMatchObject({ status: "FAILURE", errorCode: "E_LAYER_ENTRY" });
    const blobs = gate.count(/\/a\/broken\/blobs\//);
    expect(await shop.pull("a/broken:1")).toMatchObject({ status: "FAILURE", errorCode: "E_LAYER_ENTRY" });
    expect(gate.count(/\/a\/broken\/blobs\//)).toBe(blobs);
    await nothingLeft(shop);
  });

  test.skipIf(!AS_ROOT)(
    "because the disk of the cache, the work or the images is full says so, and leaves nothing [needs root]",
    async () => {
      await push(registry, "a/full:1", layersOf(randomBytes(4 * MIB)));
      for (const [place, words] of FULL_PLACES) {
        const dir = await scratchDir("full");
        const disk = join(dir, place);
        await mkdir(disk, { recursive: true });
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
        try {
          const shop = await openWorkshop({ dir, locations: [locationAt("site", registry.url)] });
          const ended = await shop.pull("a/full:1");
          expect(ended).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_DISK" });
          expect(ended.statusMessage).toContain(words);
          expect(ended.statusMessage).not.toContain(dir);
          expect(await readdir(shop.imageDir())).toEqual([]);
          // A finished file is kept for another attempt, or another system.
          for (const left of await shop.leftInWork()) expect(left).toMatch(/staged\/squashfs-/);
          await shop.stop();
        } finally {
          execFileSync("umount", ["--lazy", disk]);
          await rm(dir, { recursive: true, force: true });
        }
      }
    },
  );
});
