// From a request in the queue to an image on a system, with a real registry.

import { execFileSync } from "node:child_process";
import { readdir, readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { type Gate, openGate } from "./gate.ts";
import { hasSkopeo, push } from "./images.ts";
import { BOB, locationAt, openWorkshop, type Workshop } from "./workshop.ts";

const CONFIG = { Env: ["A=B"], Entrypoint: ["/bin/it"], Cmd: ["x"], WorkingDir: "/data", Labels: { l: "v" } };
const small = (content: string) => ({ layers: [{ entries: [{ path: "f", content }] }] });

describe.skipIf(!hasRegistry || !hasSkopeo)("a pull [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  let gate: Gate;
  let shop: Workshop;
  beforeAll(async () => {
    registry = await startRegistry();
    gate = await openGate(registry.host);
    const locations = [locationAt("site", gate.url), locationAt("other", registry.url)];
    shop = await openWorkshop({ locations });
  });
  afterAll(async () => {
    await shop?.stop();
    await gate?.stop();
    await registry?.stop();
  });

  test("ends with the image and its metadata on the system", async () => {
    const digest = await push(registry, "a/tool:1", { ...small("hello"), config: CONFIG });
    const pull = await shop.pull("a/tool:1");
    expect(pull).toMatchObject({ status: "READY", imageId: digest.slice(7) });
    const image = await shop.catalog.find({ system: "perlmutter", itype: "docker", tag: "a/tool:1" });
    const run = { env: ["A=B"], entry: ["/bin/it"], cmd: ["x"], workdir: "/data", labels: { l: "v" } };
    expect(image).toMatchObject({ digest, private: false, arch: "amd64", os: "linux", ...run });
    expect(image?.source).toBe(`${gate.host}/a/tool:1`);
    const id = digest.slice(7);
    expect((await readdir(shop.imageDir())).sort()).toEqual([`${id}.json`, `${id}.meta`, `${id}.squashfs`]);
    const file = join(shop.imageDir(), `${id}.squashfs`);
    expect(execFileSync("unsquashfs", ["-cat", file, "f"], { encoding: "utf8" })).toBe("hello");
    expect(await readFile(join(shop.imageDir(), `${id}.meta`), "utf8")).toContain("FORMAT: squashfs");
  });

  test("of an image that is there fetches nothing but its manifest and rewrites its metadata only", async () => {
    const digest = await push(registry, "a/again:1", small("again"));
    await shop.pull("a/again:1");
    const file = join(shop.imageDir(), `${digest.slice(7)}.squashfs`);
    await utimes(file, 1, 1);
    const blobs = gate.count(/\/blobs\//);
    expect(await shop.pull("a/again:1", { owner: BOB })).toMatchObject({ status: "READY", imageId: digest.slice(7) });
    expect(gate.count(/\/blobs\//)).toBe(blobs);
    expect((await stat(file)).mtimeMs).toBe(1000);
  });

  test("of another tag of the same image gives it a second name", async () => {
    const digest = await push(registry, "a/names:1", small("names"));
    await push(registry, "a/names:2", small("names"));
    await shop.pull("a/names:1");
    await shop.pull("a/names:2");
    const image = await shop.catalog.byId("perlmutter", digest.slice(7));
    expect(image?.tags).toEqual(["a/names:1", "a/names:2"]);
  });

  test("of a tag that has moved makes the new image and leaves the old one without a name", async () => {
    const old = await push(registry, "a/moving:1", small("old"));
    await shop.pull("a/moving:1");
    const fresh = await push(registry, "a/moving:1", small("new"));
    expect((await shop.pull("a/moving:1")).imageId).toBe(fresh.slice(7));
    expect((await shop.catalog.byId("perlmutter", old.slice(7)))?.tags).toEqual([]);
  });

  test("by digest works, and asks the registry each time whether it may", async () => {
    const digest = await push(registry, "a/digest:1", small("digest"));
    expect(await shop.pull(`a/digest@${digest}`)).toMatchObject({ status: "READY", imageId: digest.slice(7) });
    const asked = gate.count(new RegExp(`/a/digest/manifests/${digest}`));
    await shop.pull(`a/digest@${digest}`);
    expect(gate.count(new RegExp(`/a/digest/manifests/${digest}`))).toBeGreaterThan(asked);
  });

  test("goes to the registry that the first word of the name chooses", async () => {
    const digest = await push(registry, "b/located:1", small("located"));
    const before = gate.seen.length;
    expect(await shop.pull("other/b/located:1")).toMatchObject({ status: "READY", imageId: digest.slice(7) });
    expect(gate.seen.length).toBe(before);
  });

  test("takes the system's platform out of an index", async () => {
    const image = (architecture: string) => ({ ...small(architecture), platform: { os: "linux", architecture } });
    await push(registry, "a/index:1", [image("arm64"), image("amd64")]);
    const { imageId } = await shop.pull("a/index:1");
    const file = join(shop.imageDir(), `${imageId}.squashfs`);
    expect(execFileSync("unsquashfs", ["-cat", file, "f"], { encoding: "utf8" })).toBe("amd64");
  });

  test("tells what it does in the words of the protocol", async () => {
    await push(registry, "a/told:1", small("told"));
    const manifest = gate.hold(/\/a\/told\/manifests\//);
    const blob = gate.hold(/\/a\/told\/blobs\/sha256:/);
    const { id } = await shop.ask("a/told:1");
    await manifest.reached;
    await shop.until(id, (p) => p.status === "PULLING" && p.statusMessage === "Getting manifest");
    manifest.release();
    await blob.reached;
    await shop.until(id, ({ status }) => status === "PULLING");
    blob.release();
    expect(await shop.until(id, ({ finishedAt }) => finishedAt !== null)).toMatchObject({ status: "READY" });
  });

  test("makes the same file again, byte for byte", async () => {
    await push(registry, "a/same:1", small("same"));
    const { imageId } = await shop.pull("a/same:1");
    const second = await openWorkshop({ locations: [locationAt("site", registry.url)] });
    try {
      await second.pull("a/same:1");
      const [one, two] = await Promise.all(
        [shop, second].map((at) => readFile(join(at.imageDir(), `${imageId}.squashfs`))),
      );
      expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    } finally {
      await second.stop();
    }
  });

  test("leaves nothing in the working folder but what is kept for other systems", async () => {
    await shop.pull("a/tool:1");
    for (const name of await shop.leftInWork()) expect(name).toMatch(/staged\/squashfs-[0-9a-f]{64}$/);
  });
});
