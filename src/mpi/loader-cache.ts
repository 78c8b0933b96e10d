// The cache of ldconfig (/etc/ld.so.cache, form of glibc 2.2 and later): names of libraries and where they lie. Pure.

import { fail } from "./errors.ts";

const MAGIC = Buffer.from("glibc-ld.so.cache1.1", "latin1");
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;

/** Paths of each name, the preferred first. @throws E_MPI_CACHE */
export function parseLoaderCache(bytes: Buffer, path: string): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>();
  // Systems of before 2020 put a cache of the old form in front; positions of strings count from the new one.
  const start = bytes.indexOf(MAGIC);
  if (start < 0) throw fail("E_MPI_CACHE", { path, what: "it has another form" });
  const cache = bytes.subarray(start);
  if (cache.length < HEADER_BYTES) throw fail("E_MPI_CACHE", { path, what: "it is cut short" });
  const count = cache.readUInt32LE(MAGIC.length);
  if (HEADER_BYTES + count * ENTRY_BYTES > cache.length)
    throw fail("E_MPI_CACHE", { path, what: `it claims ${count} entries` });
  for (let at = HEADER_BYTES; at < HEADER_BYTES + count * ENTRY_BYTES; at += ENTRY_BYTES) {
    const name = textAt(cache, cache.readUInt32LE(at + 4));
    const place = textAt(cache, cache.readUInt32LE(at + 8));
    if (name !== undefined && place !== undefined) paths.set(name, [...(paths.get(name) ?? []), place]);
  }
  return paths;
}

const MAX_TEXT = 4096;

function textAt(cache: Buffer, offset: number): string | undefined {
  const end = cache.indexOf(0, offset);
  return offset < cache.length && end >= 0 && end - offset <= MAX_TEXT
    ? cache.toString("utf8", offset, end)
    : undefined;
}
