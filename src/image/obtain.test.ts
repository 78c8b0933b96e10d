import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silent } from "../base/log.ts";
import { cacheAt } from "../oci/store/cache.ts";
import { placeImage } from "./obtain.ts";

test("an image that is finished is no failure because the cache cannot remember it", async () => {
  const dir = await mkdtemp(join(tmpdir(), "berth-obtain-"));
  const cache = cacheAt(join(dir, "cache"), silent);
  // Where the cache's folder should be there is a file: nothing can be written below it.
  await writeFile(join(dir, "cache"), "");
  const target = join(dir, "image.sif");
  const make = () => writeFile(target, "an image");
  const key = "0".repeat(64);
  expect(await placeImage({ target, key, mode: 0o644, cache, log: silent }, make)).toBe("made");
  expect(await readFile(target, "utf8")).toBe("an image");
  await rm(dir, { recursive: true });
});
