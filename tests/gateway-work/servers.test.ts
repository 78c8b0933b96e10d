// Servers: two on one database, one that is killed at each stage of a pull, one that is stopped in the middle of it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { type Gate, openGate } from "./gate.ts";
import { hasSkopeo, push } from "./images.ts";
import { locationAt, openWorkshop, until, type Workshop, type WorkshopSetup } from "./workshop.ts";

const image = (content: string) => ({ layers: [{ entries: [{ path: "f", content }] }] });

describe.skipIf(!hasRegistry || !hasSkopeo)("servers [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  let gate: Gate;
  const cleanups: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    registry = await startRegistry();
    gate = await openGate(registry.host);
  });
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  afterAll(async () => {
    await gate?.stop();
    await registry?.stop();
  });

  async function folder(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), "berth-servers-"));
    cleanups.push(() => rm(dir, { recursive: true, force: true }));
    return dir;
  }

  async function storeIn(dir: string): Promise<Store> {
    return openStore(`sqlite:${join(dir, "berth.db")}`, { now: () => Date.now() / 1000 });
  }

  async function serverProcess(setup: WorkshopSetup & { readonly dir: string }): Promise<ChildProcess> {
    const words = [join(import.meta.dirname, "server-process.ts"), JSON.stringify(setup)];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout as NodeJS.EventEmitter, "data");
    return child;
  }

  test("with one database and one folder of images make each image once", async () => {
    const digests = await Promise.all([1, 2, 3].map((n) => push(registry, `a/shared:${n}`, image(`shared ${n}`))));
    const again = [1, 2, 3].map((n) => push(registry, `b/shared:${n}`, image(`shared ${n}`)));
    await Promise.all(again);
    const store = await openMemoryStore();
    cleanups.push(() => store.close());
    const dir = await folder();
    const setup = { locations: [locationAt("site", gate.url)], store, dir };
    const two = [await openWorkshop(setup), await openWorkshop(setup)] as const;
    cleanups.push(...two.map(({ stop }) => stop));
    const layers = /GET .*\/blobs\//;
    const before = gate.count(layers);
    const tags = ["a", "b"].flatMap((name) => [1, 2, 3].map((n) => `${name}/shared:${n}`));
    const pulls = await Promise.all(tags.map((tag) => two[0].pull(tag)));
    expect(new Set(pulls.map(({ status }) => status))).toEqual(new Set(["READY"]));
    // One configuration and one layer of each image: nothing was fetched twice.
    expect(gate.count(layers) - before).toBe(6);
    const names = digests.map((digest) => `${digest.slice(7)}.squashfs`).sort();
    expect((await readdir(two[0].imageDir())).filter((name) => name.endsWith(".squashfs")).sort()).toEqual(names);
  });

  test("convert an image once for all systems that keep it in the same way", async () => {
    await push(registry, "a/systems:1", image("systems"));
    const systems = { one: {}, two: {}, three: {} };
    const shop = await openWorkshop({ locations: [locationAt("site", gate.url)], systems, workers: { jobs: 3 } });
    cleanups.push(shop.stop);
    const pulls = await Promise.all(Object.keys(systems).map((system) => shop.pull("a/systems:1", { system })));
    const files = await Promise.all(
      pulls.map(({ system, imageId }) => readFile(join(shop.imageDir(system), `${imageId}.squashfs`))),
    );
    expect(files.every((file) => file.equals(files[0] ?? Buffer.alloc(0)))).toBe(true);
    expect(gate.count(/GET .*a\/systems\/blobs\//)).toBe(2);
    const staged = (await shop.leftInWork()).filter((name) => name.includes("staged/"));
    expect(staged.length).toBe(1);
  });

  test("that are stopped put back what they work on, and leave nothing behind", async () => {
    await push(registry, "a/stopped:1", image("stopped"));
    const dir = await folder();
    const store = await storeIn(dir);
    cleanups.push(() => store.close());
    const first = await openWorkshop({ locations: [locationAt("site", gate.url)], dir, store });
    const hold = gate.hold(/\/a\/stopped\/blobs\//);
    const { id } = await first.ask("a/stopped:1");
    await hold.reached;
    await first.stop();
    expect(await readdir(first.config.workDir)).toEqual([]);
    hold.release();
    const second = await openWorkshop({ locations: [locationAt("site", gate.url)], dir, store });
    cleanups.push(second.stop);
    second.advance(10);
    expect(await second.until(id, ({ finishedAt }) => finishedAt !== null)).toMatchObject({ status: "READY" });
  });

  async function slowExaminer(dir: string): Promise<string> {
    const path = join(dir, "examiner");
    // Waits on the first life of the server only.
    await writeFile(path, `#!/bin/sh\nif mkdir ${dir}/examined; then sleep 1000; fi\n`);
    await chmod(path, 0o755);
    return path;
  }

  test.each([["manifest"], ["layer"], ["examination"]])(
    "that are killed during the %s lose nothing, and the next one finishes it",
    async (stage) => {
      const name = `a/killed-${stage}`;
      await push(registry, `${name}:1`, image(stage));
      const dir = await folder();
      const examiner = stage === "examination" ? await slowExaminer(dir) : undefined;
      const locations = [locationAt("site", gate.url)];
      const child = await serverProcess({ dir, locations, config: { examiner } });
      const store = await storeIn(dir);
      cleanups.push(() => store.close());
      // The queue of another server that does no work.
      const asking: Workshop = await openWorkshop({ dir, store, locations, workers: { jobs: 0 } });
      cleanups.push(asking.stop);
      const hold = gate.hold(stage === "manifest" ? /\/manifests\// : /\/blobs\//);
      const { id } = await asking.ask(`${name}:1`);
      await hold.reached;
      if (stage === "examination") {
        hold.release();
        await asking.until(id, ({ status }) => status === "EXAMINATION");
        await until(async () => (await readdir(dir)).includes("examined"));
      }
      const jobs = await jobsOf(child);
      child.kill("SIGKILL");
      await once(child, "exit");
      hold.release();
      // Its job notices by itself.
      await until(async () => (await Promise.all(jobs.map(isGone))).every(Boolean));
      await store.db.updateTable("servers").set({ heartbeat_at: 1 }).execute();
      const next = await openWorkshop({ dir, store, locations, config: { examiner } });
      cleanups.push(next.stop);
      // The queue takes over by watching heartbeats, which is tested with it: here the dead server's row is removed.
      await store.db.deleteFrom("servers").where("heartbeat_at", "=", 1).execute();
      await until(async () => (await next.queue.beat()) > 0 || (await next.queue.find(id))?.status === "READY");
      const ended = await next.until(id, ({ finishedAt }) => finishedAt !== null);
      expect(ended).toMatchObject({ status: "READY" });
      for (const left of await next.leftInWork()) expect(left).toMatch(/staged\/squashfs-/);
      expect((await readdir(next.config.workDir)).length).toBe(2);
      const names = await readdir(next.imageDir());
      expect(names.sort()).toEqual(["json", "meta", "squashfs"].map((end) => `${ended.imageId}.${end}`));
    },
  );
});

async function jobsOf(child: ChildProcess): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${child.pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${child.pid}/task/${thread}/children`, "utf8")),
  );
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined || stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}
