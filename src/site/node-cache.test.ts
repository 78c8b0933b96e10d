import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readNodeConfig } from "./node-config-read.ts";

const root = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), "node-cache-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Each test its own place.
function place(name: string): { readonly path: string; readonly kept: string; readonly read: () => Promise<string> } {
  const dir = join(folder, name);
  mkdirSync(dir, { mode: 0o700 });
  const env = { BERTH_SHARED_CACHE: join(dir, "shared"), BERTH_RUNTIMEDIR: join(dir, "own") };
  const path = join(dir, "site.yaml");
  const read = async () => (await readNodeConfig({ env, path, trusted: true })).config.imagePath;
  return { path, kept: root ? join(dir, "shared/node.json") : join(dir, "own/site/node.json"), read };
}

test("a site.yaml is read again when its text has changed", async () => {
  const { path, kept, read } = place("changed");
  writeFileSync(path, "node: { imageDir: /first }\n");
  expect([await read(), await read()]).toEqual(["/first", "/first"]);
  expect(existsSync(kept)).toBe(true);
  writeFileSync(path, "node: { imageDir: /other }\n");
  expect([await read(), await read()]).toEqual(["/other", "/other"]);
});

test("what was kept is what counts, so that it is read without YAML", async () => {
  const { path, kept, read } = place("kept");
  writeFileSync(path, "node: { imageDir: /first }\n");
  await read();
  writeFileSync(kept, readFileSync(kept, "utf8").replaceAll('"imageDir":"/first"', '"imageDir":"/kept"'));
  expect(await read()).toBe("/kept");
});

test("a damaged entry counts as none", async () => {
  const { path, kept, read } = place("damaged");
  writeFileSync(path, "node: { imageDir: /first }\n");
  await read();
  for (const text of ["", "{", "null", JSON.stringify({ ...JSON.parse(readFileSync(kept, "utf8")), format: 0 })]) {
    writeFileSync(kept, text);
    expect(await read()).toBe("/first");
  }
});

test.skipIf(!root)("an entry that others may have written is not believed (needs root)", async () => {
  const { path, kept, read } = place("foreign");
  writeFileSync(path, "node: { imageDir: /first }\n");
  await read();
  writeFileSync(kept, readFileSync(kept, "utf8").replaceAll("/first", "/evil"));
  chmodSync(kept, 0o666);
  expect(await read()).toBe("/first");
});

test.skipIf(!root)("a site.yaml that not everybody may read is not kept for everybody (needs root)", async () => {
  const { path, kept, read } = place("secret");
  writeFileSync(path, "node: { imageDir: /first }\n", { mode: 0o600 });
  expect(await read()).toBe("/first");
  expect(existsSync(kept)).toBe(false);
});
