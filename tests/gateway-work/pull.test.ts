// From a request in the queue to an image on a system, with a real registry.

import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { hasSkopeo, push } from "./images.ts";
import { locationAt, openWorkshop, type Workshop } from "./workshop.ts";

const CONFIG = { Env: ["A=B"], Entrypoint: ["/bin/it"], Cmd: ["x"], WorkingDir: "/data", Labels: { l: "v" } };

describe.skipIf(!hasRegistry || !hasSkopeo)("a pull [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  let shop: Workshop;
  beforeAll(async () => {
    registry = await startRegistry();
    shop = await openWorkshop({ locations: [locationAt("local", registry.url)] });
  });
  afterAll(async () => {
    await shop?.stop();
    await registry?.stop();
  });

  test("ends with the image and its metadata on the system", async () => {
    const digest = await push(registry, "a/tool:1", {
      layers: [{ entries: [{ path: "f", content: "hello" }] }],
      config: CONFIG,
    });
    const pull = await shop.pull("a/tool:1");
    expect(pull).toMatchObject({ status: "READY", imageId: digest.slice(7) });
    const image = await shop.catalog.find({ system: "perlmutter", itype: "docker", tag: "a/tool:1" });
    expect(image).toMatchObject({
      digest,
      private: false,
      env: ["A=B"],
      entry: ["/bin/it"],
      cmd: ["x"],
      workdir: "/data",
    });
    const id = digest.slice(7);
    expect((await readdir(shop.imageDir())).sort()).toEqual([`${id}.json`, `${id}.meta`, `${id}.squashfs`]);
    const file = join(shop.imageDir(), `${id}.squashfs`);
    expect(execFileSync("unsquashfs", ["-cat", file, "f"], { encoding: "utf8" })).toBe("hello");
    expect(await readFile(join(shop.imageDir(), `${id}.meta`), "utf8")).toContain("FORMAT: squashfs");
    expect(await shop.leftInWork()).toEqual([expect.stringContaining("staged/squashfs-")]);
  });
});
