// Who looks at an image before it is published, and what becomes of it: examiner, judges, quarantine. And imports.

import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Judge, Verdict } from "../../src/gateway/types.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { hasSkopeo, push } from "./images.ts";
import { jobProcesses, killJob } from "./jobs.ts";
import { ALICE, BOB, locationAt, openWorkshop, until, type Workshop, type WorkshopSetup } from "./workshop.ts";

const image = (content: string) => ({ layers: [{ entries: [{ path: "bin/tool", content, mode: 0o755 }] }] });

describe.skipIf(!hasRegistry || !hasSkopeo)("before an image is published [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  const cleanups: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  afterAll(() => registry?.stop());

  async function open(setup: WorkshopSetup): Promise<Workshop> {
    const shop = await openWorkshop({ locations: [locationAt("site", registry.url)], ...setup });
    cleanups.push(shop.stop);
    return shop;
  }

  async function examiner(script: string): Promise<string> {
    const path = join(registry.dir, `examiner-${Math.random()}`);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test("the examiner sees its files and its id, and accepts it with 0", async () => {
    const digest = await push(registry, "a/good:1", image("good"));
    const seen = join(registry.dir, "seen");
    const script = `cat "$1/bin/tool" >${seen}; echo " $2 $#" >>${seen}`;
    const shop = await open({ config: { examiner: await examiner(script) } });
    expect(await shop.pull("a/good:1")).toMatchObject({ status: "READY" });
    expect(await readFile(seen, "utf8")).toBe(`good ${digest.slice(7)} 2\n`);
    // Not asked again when nothing but the metadata is new.
    await writeFile(seen, "");
    await shop.pull("a/good:1");
    expect(await readFile(seen, "utf8")).toBe("");
  });

  test("the examiner refuses it with anything else, and its last words are the reason", async () => {
    const digest = await push(registry, "a/bad:1", image("bad"));
    const shop = await open({ config: { examiner: await examiner("echo CVE-2026-1 in bin/tool >&2; exit 1") } });
    const pull = await shop.pull("a/bad:1");
    expect(pull).toMatchObject({ status: "FAILURE", statusMessage: "Examine failed: CVE-2026-1 in bin/tool" });
    expect(await readdir(shop.imageDir())).toEqual([]);
    expect(await shop.leftInWork()).toEqual([]);
    const verdict = { judge: "examiner", verdict: "refused" };
    expect(await shop.catalog.verdicts(digest)).toEqual([expect.objectContaining(verdict)]);
  });

  test("an examiner that hangs ends with the pull, and leaves no process", async () => {
    await push(registry, "a/hangs:1", image("hangs"));
    const mark = join(registry.dir, "pid");
    const shop = await open({ config: { examiner: await examiner(`sleep 1000 & echo $! >${mark}; wait`) } });
    const { id } = await shop.ask("a/hangs:1");
    await shop.until(id, ({ status }) => status === "EXAMINATION");
    await until(async () => (await readFile(mark, "utf8").catch(() => "")).includes("\n"));
    await shop.queue.cancel(id);
    expect(await shop.until(id, ({ finishedAt }) => finishedAt !== null)).toMatchObject({ statusMessage: "cancelled" });
    const pid = Number(await readFile(mark, "utf8"));
    await until(async () => (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")).includes(") Z"));
    expect(await shop.leftInWork()).toEqual([]);
  });

  const judge = (verdict: Verdict["verdict"]): Judge => ({
    name: "policy",
    judge: async ({ labels }) => ({ verdict, reason: `labels ${JSON.stringify(labels)}` }),
  });

  test("a judge may refuse it", async () => {
    await push(registry, "a/judged:1", image("judged"));
    const shop = await open({ judges: [judge("accepted"), judge("refused")] });
    const pull = await shop.pull("a/judged:1");
    expect(pull).toMatchObject({ status: "FAILURE", statusMessage: "refused by policy: labels {}" });
    expect(await readdir(shop.imageDir())).toEqual([]);
  });

  test("a judge may put it into quarantine, where nobody can use it", async () => {
    const digest = await push(registry, "a/held:1", image("held"));
    const shop = await open({ judges: [judge("quarantined")] });
    const pull = await shop.pull("a/held:1");
    expect(pull).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_QUARANTINED" });
    expect(pull.statusMessage).toContain("quarantined by policy: labels {}");
    expect(await shop.catalog.find({ system: "perlmutter", itype: "docker", tag: "a/held:1" })).toBeUndefined();
    expect(await shop.catalog.byId("perlmutter", digest.slice(7))).toMatchObject({ status: "QUARANTINED" });
    const meta = await readFile(join(shop.imageDir(), `${digest.slice(7)}.meta`), "utf8");
    expect(meta).toContain("USERACL: 4294967294");
  });
});

describe("an import", () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  async function open(setup: WorkshopSetup = {}): Promise<Workshop> {
    const shop = await openWorkshop(setup);
    cleanups.push(shop.stop);
    return shop;
  }

  async function tarOf(shop: Workshop, mode = 0o644): Promise<string> {
    const folder = join(shop.dir, "mine");
    await mkdir(folder);
    await chmod(shop.dir, 0o755);
    await writeFile(join(folder, "f"), "mine");
    const path = join(shop.dir, "mine.tar");
    execFileSync("tar", ["-C", folder, "-cf", path, "f"]);
    await chmod(path, mode);
    return path;
  }

  test("of a file that its owner may read is packed and published", async () => {
    const shop = await open();
    const path = await tarOf(shop);
    const pull = await shop.pull("mine:1", { importFrom: { path, format: "tar" } });
    expect(pull).toMatchObject({ status: "READY" });
    const file = join(shop.imageDir(), `${pull.imageId}.squashfs`);
    expect(execFileSync("unsquashfs", ["-cat", file, "f"], { encoding: "utf8" })).toBe("mine");
    const found = await shop.catalog.find({ system: "perlmutter", itype: "custom", tag: "mine:1" });
    expect(found).toMatchObject({ owner: ALICE, source: path });
    expect(await shop.leftInWork()).toEqual([]);
  });

  test("of another file with the same pseudo-hash is named by its digest; what is there stays as it is", async () => {
    const shop = await open();
    await tarOf(shop);
    // Both begin with the same MiB, which is all that the pseudo-hash looks at.
    const [one, two] = [join(shop.dir, "one.tar"), join(shop.dir, "two.tar")];
    await writeFile(join(shop.dir, "mine", "g"), Buffer.alloc(2 ** 20));
    for (const [path, words] of [
      [one, "one"],
      [two, "two"],
    ] as const) {
      await writeFile(join(shop.dir, "mine", "h"), words);
      const stamp = ["--mtime=@1", "--owner=0", "--group=0", "--numeric-owner"];
      execFileSync("tar", ["-C", join(shop.dir, "mine"), ...stamp, "-cf", path, "f", "g", "h"]);
      await chmod(path, 0o644);
    }
    const read = (id: string | null) =>
      execFileSync("unsquashfs", ["-cat", join(shop.imageDir(), `${id}.squashfs`), "h"], { encoding: "utf8" });
    const first = await shop.pull("mine:1", { importFrom: { path: one, format: "tar" } });
    const second = await shop.pull("mine:2", { importFrom: { path: two, format: "tar" }, owner: BOB });
    const again = await shop.pull("mine:3", { importFrom: { path: two, format: "tar" } });
    expect([first.status, second.status, again.status]).toEqual(["READY", "READY", "READY"]);
    expect([read(first.imageId), read(second.imageId), again.imageId]).toEqual(["one", "two", second.imageId]);
    const found = await shop.catalog.find({ system: "perlmutter", itype: "custom", tag: "mine:2" });
    expect(found?.digest).toBe(`sha256:${second.imageId}`);
  });

  test("of the same file works again when the site packs in another way", async () => {
    const shop = await open();
    const path = await tarOf(shop);
    const { imageId } = await shop.pull("mine:1", { importFrom: { path, format: "tar" } });
    const system = shop.config.systems.get("perlmutter");
    if (!system) throw new Error("the workshop has no perlmutter");
    const converterOptions = { squashfs: ["-comp", "xz"] };
    shop.workers.reconfigure({ ...shop.config, systems: new Map([["perlmutter", { ...system, converterOptions }]]) });
    const anew = await shop.pull("mine:1", { importFrom: { path, format: "tar" } });
    expect(anew.status).toBe("READY");
    expect(anew.imageId).not.toBe(imageId);
    expect(await shop.catalog.find({ system: "perlmutter", itype: "custom", tag: "mine:1" })).toMatchObject({
      id: anew.imageId,
    });
    expect((await shop.pull("mine:1", { importFrom: { path, format: "tar" } })).imageId).toBe(anew.imageId);
  });

  test("of a file that its owner may not read is refused, whoever the gateway is", async () => {
    const shop = await open();
    const path = await tarOf(shop, 0o600);
    const pull = await shop.pull("mine:1", { importFrom: { path, format: "tar" } });
    expect(pull).toMatchObject({ status: "FAILURE", errorCode: "E_IMPORT_ACCESS" });
    expect(await readdir(shop.imageDir())).toEqual([]);
  });

  test("whose process is killed leaves nothing", async () => {
    const shop = await open({ workers: { attempts: 1 } });
    const path = await tarOf(shop);
    const { id } = await shop.ask("mine:1", { importFrom: { path, format: "tar" } });
    await until(async () => jobProcesses().length === 1);
    killJob();
    const ended = await shop.until(id, ({ finishedAt }) => finishedAt !== null);
    expect(ended).toMatchObject({ status: "FAILURE", errorCode: "E_GATEWAY_GIVEN_UP" });
    expect(await shop.leftInWork()).toEqual([]);
  });
});
