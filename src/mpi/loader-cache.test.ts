import fc from "fast-check";
import { expect, test } from "vitest";
import { hasCode } from "../base/errors.ts";
import { parseLoaderCache } from "./loader-cache.ts";

function cache(entries: readonly (readonly [name: string, path: string])[]): Buffer {
  const head = Buffer.alloc(48);
  head.write("glibc-ld.so.cache1.1", "latin1");
  head.writeUInt32LE(entries.length, 20);
  const rows = Buffer.alloc(entries.length * 24);
  const texts: Buffer[] = [];
  let at = head.length + rows.length;
  const put = (text: string): number => {
    texts.push(Buffer.from(`${text}\0`));
    at += text.length + 1;
    return at - text.length - 1;
  };
  for (const [index, [name, path]] of entries.entries()) {
    rows.writeUInt32LE(put(name), index * 24 + 4);
    rows.writeUInt32LE(put(path), index * 24 + 8);
  }
  return Buffer.concat([head, rows, ...texts]);
}

const WHOLE = cache([
  ["libmpi.so.12", "/opt/a/libmpi.so.12"],
  ["libmpi.so.12", "/usr/lib/libmpi.so.12"],
  ["libc.so.6", "/lib/libc.so.6"],
]);

test("the cache of ldconfig tells the places of a name in their order, behind a cache of the old form too", () => {
  for (const bytes of [WHOLE, Buffer.concat([Buffer.from("ld.so-1.7.0\0\0\0\0\0"), WHOLE])]) {
    const found = parseLoaderCache(bytes, "/etc/ld.so.cache");
    expect(found.get("libmpi.so.12")).toEqual(["/opt/a/libmpi.so.12", "/usr/lib/libmpi.so.12"]);
    expect(found.get("libc.so.6")).toEqual(["/lib/libc.so.6"]);
  }
});

test("a damaged cache is an error or has fewer names", () => {
  const change = fc.tuple(fc.nat(WHOLE.length - 1), fc.nat(255));
  const property = fc.property(fc.array(change, { maxLength: 8 }), fc.nat(WHOLE.length), (changes, cut) => {
    const bytes = Buffer.from(WHOLE.subarray(0, cut));
    for (const [at, value] of changes) if (at < cut) bytes[at] = value;
    try {
      parseLoaderCache(bytes, "x");
    } catch (error) {
      if (!hasCode(error, "E_MPI_CACHE")) throw error;
    }
  });
  fc.assert(property, { numRuns: 1000, seed: 3 });
});
