import { expect, test } from "vitest";
import type { TarEntry } from "../tar/entry.ts";
import { adjust, type Changes } from "./adjust.ts";

test("of any number of dropped attributes a bounded number is told", () => {
  const changes: Changes = { modes: new Map(), droppedXattrs: new Set() };
  const facts = { path: "a", kind: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0, target: "" } as const;
  for (let i = 0; i < 2000; i += 1) {
    const xattrs = new Map([[`trusted.${i}.${"x".repeat(5000)}`, Buffer.alloc(0)]]);
    const entry: TarEntry = { ...facts, xattrs, block: undefined };
    expect(adjust(entry, { fixPermissions: true, owners: "keep" }, changes).xattrs?.size).toBe(0);
  }
  expect(changes.droppedXattrs.size).toBe(1000);
  expect(Math.max(...[...changes.droppedXattrs].map((name) => name.length))).toBe(255);
});
