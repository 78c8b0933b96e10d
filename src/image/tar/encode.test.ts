import fc from "fast-check";
import { expect, test } from "vitest";
import { END_OF_ARCHIVE, encodeHeader, padding } from "./encode.ts";
import type { EntryKind, TarEntry } from "./entry.ts";
import { TarScanner, type Verdict } from "./scanner.ts";

/** Entries and bytes that a scanner gives for an archive read in pieces. */
function scan(archive: Buffer, piece: number, verdict: (entry: TarEntry) => Verdict) {
  const entries: TarEntry[] = [];
  const out: Buffer[] = [];
  const sink = { bytes: (slice: Buffer) => out.push(slice), zeros: (count: number) => out.push(Buffer.alloc(count)) };
  const visit = (entry: TarEntry) => {
    entries.push(entry);
    return verdict(entry);
  };
  const scanner = new TarScanner("test", visit, sink, { maxDepth: 512 });
  for (let at = 0; at < archive.length; at += piece) scanner.write(archive.subarray(at, at + piece));
  scanner.end();
  return { entries: entries.map(({ block: _, ...facts }) => facts), bytes: Buffer.concat(out) };
}

const name = fc
  .uint8Array({ minLength: 1, maxLength: 120 })
  .map((bytes) => Buffer.from(bytes.map((b) => (b === 0 || b === 0x2f || b === 0x2e ? 0x61 : b))).toString("latin1"));
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const xattrs = fc.option(
  fc.dictionary(fc.constantFrom("user.a", "user.b", "security.c"), fc.uint8Array({ maxLength: 40 }), { minKeys: 1 }),
  { nil: undefined },
);

const entry = fc
  .record({
    path,
    kind: fc.constantFrom<EntryKind>("file", "dir", "symlink", "link", "fifo"),
    mode: fc.nat(0o7777),
    uid: fc.nat(0xffffffff),
    gid: fc.nat(0xffffffff),
    mtime: fc.nat(0xffffffff),
    size: fc.nat(2000),
    target: path,
    xattrs,
  })
  .map((e) => ({
    ...e,
    size: e.kind === "file" ? e.size : 0,
    target: e.kind === "symlink" || e.kind === "link" ? e.target : "",
    xattrs: e.xattrs && new Map(Object.entries(e.xattrs).map(([key, value]) => [key, Buffer.from(value)])),
  }));

test("what is written is read again: every field, names of any bytes, in chunks of any size", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6 }), fc.integer({ min: 1, max: 3000 }), (entries, piece) => {
      const parts = entries.flatMap((e) => [encodeHeader(e), Buffer.alloc(e.size + padding(e.size), 1)]);
      const archive = Buffer.concat([...parts, END_OF_ARCHIVE]);
      expect(scan(archive, piece, () => "skip").entries).toEqual(entries);
      const kept = scan(archive, piece, (e) => (e.block === undefined ? { header: encodeHeader(e) } : "pass")).bytes;
      expect(kept.equals(archive.subarray(0, -END_OF_ARCHIVE.length))).toBe(true);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("extended headers of one entry are bounded all together", () => {
  const facts = { path: "a", kind: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0, target: "" } as const;
  const whole = encodeHeader({ ...facts, xattrs: new Map([["user.a", Buffer.alloc(600_000)]]) });
  const [extension, block] = [whole.subarray(0, -512), whole.subarray(-512)];
  const twice = (first: Buffer) => Buffer.concat([first, extension, block, END_OF_ARCHIVE]);
  expect(scan(twice(Buffer.concat([extension, block])), 10_000, () => "skip").entries).toHaveLength(2);
  expect(() => scan(twice(extension), 10_000, () => "skip")).toThrow(/extended headers of one entry/);
});
