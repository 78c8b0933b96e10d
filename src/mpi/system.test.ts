import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EMPTY_CACHE, extendLdCache, writeLdCache } from "../elf/ld-cache.ts";
import { withImageFiles } from "../image/inspect/index.ts";
import { System } from "./system.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "berth-system-"));
  mkdirSync(join(root, "etc"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const cached = (name: string) => withImageFiles(root, {}, ({ tree }) => new System("the image", tree).cached(name));

test("the cache of ldconfig tells the places of a name in their order", async () => {
  const line = (name: string, path: string) => ({ flags: 0x303, name, path, osVersion: 0, hwcap: 0n });
  const lines = [
    line("libmpi.so.12", "/opt/a/libmpi.so.12"),
    line("libmpi.so.12", "/usr/lib/libmpi.so.12"),
    line("libc.so.6", "/lib/libc.so.6"),
  ];
  writeFileSync(join(root, "etc/ld.so.cache"), writeLdCache(extendLdCache(EMPTY_CACHE, lines)));
  expect(await cached("libmpi.so.12")).toEqual(["/opt/a/libmpi.so.12", "/usr/lib/libmpi.so.12"]);
  expect(await cached("libz.so.1")).toEqual([]);
});

test("a cache that cannot be read, or none, is passed over as the loader does", async () => {
  expect(await cached("libc.so.6")).toEqual([]);
  writeFileSync(join(root, "etc/ld.so.cache"), "glibc-ld.so.cache1.1 and nothing of it");
  expect(await cached("libc.so.6")).toEqual([]);
});
