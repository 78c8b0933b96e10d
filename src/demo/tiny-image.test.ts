import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRegistry } from "./registry.ts";
import { makeTinyImage } from "./tiny-image.ts";

test("the tiny image has three layers, is the same when made again, and can be served", async () => {
  const work = await mkdtemp(join(tmpdir(), "berth-tiny-"));
  try {
    const signal = AbortSignal.timeout(20_000);
    const [one, two] = [
      await makeTinyImage(join(work, "1"), { signal }),
      await makeTinyImage(join(work, "2"), { signal }),
    ];
    expect(one.layers).toHaveLength(3);
    expect(two.manifest).toEqual(one.manifest);
    expect(JSON.parse(await readFile(join(one.layout, "index.json"), "utf8")).manifests).toHaveLength(1);
    const registry = await openRegistry(one.layout, one.tag);
    try {
      const answer = await fetch(`http://${registry.address}/v2/${registry.repository}/manifests/${one.tag}`, {
        signal,
      });
      expect(answer.headers.get("docker-content-digest")).toBe(one.manifest.digest);
      expect(registry.requests()).toEqual([{ method: "GET", path: "/v2/demo/python/manifests/1" }]);
    } finally {
      await registry.close();
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});
