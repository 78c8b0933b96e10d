import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { orRemove } from "./temporary-image.ts";

const dir = mkdtempSync(join(tmpdir(), "berth-temporary-"));
afterAll(() => rmSync(dir, { recursive: true }));

test("an image of nobody else's goes when what it was fetched for fails, and stays while all is well", async () => {
  const path = join(dir, "image.sif");
  writeFileSync(path, "");
  expect(await orRemove([path], async () => 7)).toBe(7);
  expect(existsSync(path)).toBe(true);
  await expect(orRemove([path], () => Promise.reject(new Error("no such app")))).rejects.toThrow("no such app");
  expect(existsSync(path)).toBe(false);
});

test("other images are left alone", async () => {
  await expect(orRemove(undefined, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
