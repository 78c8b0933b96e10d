import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type CacheEntry, EMPTY_CACHE, extendLdCache, readLdCache, writeLdCache } from "./ld-cache.ts";
import { compareNames } from "./ld-cache-order.ts";

const LDCONFIG = ["/sbin/ldconfig", "/usr/sbin/ldconfig"].find(existsSync);
const HOST = existsSync("/etc/ld.so.cache") ? readFileSync("/etc/ld.so.cache") : undefined;
const dir = mkdtempSync(join(tmpdir(), "berth-ld-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const entry = (name: string, path: string, more: Partial<CacheEntry> = {}): CacheEntry => ({
  ...{ flags: 0x303, name, path, osVersion: 0, hwcap: 0n },
  ...more,
});
const pathsOf = (bytes: Buffer) => readLdCache(bytes)?.entries.map(({ path }) => path);

/** What ldconfig itself reads in a cache: "name path" lines. */
function printed(bytes: Buffer): string[] {
  const file = join(dir, "cache");
  writeFileSync(file, bytes);
  const text = execFileSync(LDCONFIG ?? "", ["-p", "-C", file], { encoding: "utf8", env: { LC_ALL: "C" } });
  return text.split("\n").flatMap((line) => (line.startsWith("\t") ? [line.trim().replace(/ \(.*\) => /, " ")] : []));
}

const names = fc.tuple(fc.constantFrom("liba", "libb", "libz", "lib", "libc++"), fc.nat(30), fc.nat(12));
const lines = fc.array(
  names.map(([name, major, folder]) => entry(`${name}.so.${major}`, `/opt/${folder}/${name}.so.${major}`)),
  { maxLength: 40 },
);

describe("the cache of the dynamic linker", () => {
  const real = test.skipIf(!LDCONFIG || !HOST);

  real("of this machine [skipped without one] is read as ldconfig reads it, and stays the same when written", () => {
    const cache = readLdCache(HOST ?? Buffer.alloc(0));
    expect(cache?.entries.map(({ name, path }) => `${name} ${path}`)).toEqual(printed(HOST ?? Buffer.alloc(0)));
    const again = writeLdCache(extendLdCache(cache ?? EMPTY_CACHE, []));
    expect(printed(again)).toEqual(printed(HOST ?? Buffer.alloc(0)));
    expect(readLdCache(again)).toEqual(cache);
  });

  real("[skipped without ldconfig] with libraries added is one that ldconfig reads, added ones first", () => {
    const cache = extendLdCache(readLdCache(HOST ?? Buffer.alloc(0)) ?? EMPTY_CACHE, [
      entry("libc.so.6", "/opt/libc.so.6"),
      entry("libqqq.so.10", "/opt/libqqq.so.10"),
      entry("libqqq.so.9", "/opt/libqqq.so.9"),
    ]);
    const shown = printed(writeLdCache(cache));
    expect(shown.filter((line) => line.startsWith("libqqq"))).toEqual([
      "libqqq.so.10 /opt/libqqq.so.10",
      "libqqq.so.9 /opt/libqqq.so.9",
    ]);
    expect(shown.find((line) => line.startsWith("libc.so.6 "))).toBe("libc.so.6 /opt/libc.so.6");
  });

  test("keeps features, and names of hardware that entries refer to", () => {
    const features = [entry("libx.so.1", "/v3/libx.so.1", { hwcap: (1n << 62n) | 1n, osVersion: 7 })];
    const cache = { entries: features, hwcapNames: ["x86-64-v2", "x86-64-v3"] };
    expect(readLdCache(writeLdCache(cache))).toEqual(cache);
    const more = extendLdCache(cache, [entry("liby.so.1", "/y")]);
    expect(readLdCache(writeLdCache(more))?.entries.map(({ path }) => path)).toEqual(["/y", "/v3/libx.so.1"]);
    if (LDCONFIG) expect(printed(writeLdCache(more))).toHaveLength(2);
  });

  test("behind one of the old form is found", () => {
    const cache = writeLdCache(extendLdCache(EMPTY_CACHE, [entry("liba.so.1", "/a")]));
    for (const count of [0, 1, 2]) {
      const old = Buffer.alloc(Math.ceil((16 + count * 12) / 8) * 8);
      old.write("ld.so-1.7.0\0");
      old.writeUInt32LE(count, 12);
      expect(pathsOf(Buffer.concat([old, cache]))).toEqual(["/a"]);
    }
  });

  test("is in an order in which the linker's search by halves finds every name", () => {
    fc.assert(
      fc.property(lines, lines, (first, second) => {
        const { entries } = extendLdCache(extendLdCache(EMPTY_CACHE, first), second);
        for (const { name } of entries) {
          let [low, high, found] = [0, entries.length - 1, false];
          while (low <= high && !found) {
            const middle = (low + high) >> 1;
            const order = compareNames(name, entries[middle]?.name ?? "");
            found = order === 0;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
          }
          expect(found).toBe(true);
        }
        const back = readLdCache(writeLdCache({ entries, hwcapNames: [] }));
        expect(back?.entries).toEqual(entries);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test("has numbers in names in their order, behind letters", () => {
    const sorted = ["libz3.so.4", "libz.so.10", "libz.so.9", "libc.so.6", "lib"];
    expect(sorted.toSorted((a, b) => compareNames(b, a))).toEqual(sorted);
    expect(compareNames("a", "a")).toBe(0);
    expect(compareNames("a1", "a01")).toBe(0);
  });

  test("that is cut short, changed or something else makes no failure", () => {
    const good = writeLdCache({
      entries: [entry("liba.so.1", "/a", { hwcap: 1n << 62n }), entry("lib.so", "/b")],
      hwcapNames: ["x86-64-v2"],
    });
    for (let end = 0; end < good.length; end += 1) readLdCache(good.subarray(0, end));
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const cache = readLdCache(bytes);
        if (cache) expect(readLdCache(writeLdCache(cache))).toEqual(cache);
      }),
      { numRuns: 1_000, seed: 5 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readLdCache(Buffer.from(bytes))).toBeUndefined();
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test("whose entries share their names is believed only as far as they fit into memory", () => {
    const path = `/${"x".repeat(4_000)}`;
    const cache = (count: number) => ({ entries: Array(count).fill(entry("liba.so.1", path)), hwcapNames: [] });
    expect(readLdCache(writeLdCache(cache(100)))?.entries).toHaveLength(100);
    expect(readLdCache(writeLdCache(cache(20_000)))).toBeUndefined();
  });

  test.skipIf(!LDCONFIG)("[skipped without ldconfig] of no entry is one too", () => {
    const file = join(dir, "empty");
    writeFileSync(file, writeLdCache(EMPTY_CACHE));
    expect(spawnSync(LDCONFIG ?? "", ["-p", "-C", file]).status).toBe(0);
  });
});
