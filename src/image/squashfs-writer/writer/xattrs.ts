// Sets of extended attributes; files with equal sets share one.

import { fail } from "../../errors.ts";
import { shown } from "../../tar/entry.ts";
import type { Codec } from "./codec.ts";
import { NONE, type Place } from "./format.ts";
import { indexedTable, MetadataStream, totalLength } from "./metadata.ts";

const PREFIXES = ["user.", "trusted.", "security."];
/** The kernel's limits (XATTR_NAME_MAX, XATTR_SIZE_MAX). */
const MAX_NAME = 255;
const MAX_VALUE = 65_536;
/** Of all different sets together; they are kept in memory. */
const MAX_BYTES = 64 * 2 ** 20;

interface XattrSet {
  readonly bytes: Buffer;
  readonly count: number;
}

export class XattrTable {
  readonly #index = new Map<string, number>();
  readonly #sets: XattrSet[] = [];
  #bytes = 0;

  /** The index of a set; `NONE` for an empty one. @throws E_SQUASHFS_LIMIT */
  index(xattrs: ReadonlyMap<string, Buffer> | undefined): number {
    if (xattrs === undefined || xattrs.size === 0) return NONE;
    const bytes = Buffer.concat([...xattrs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([n, v]) => encodeXattr(n, v)));
    const key = bytes.toString("latin1");
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BYTES) throw fail("E_SQUASHFS_LIMIT", { what: "more than 64 MiB of extended attributes" });
    this.#index.set(key, this.#sets.length);
    return this.#sets.push({ bytes, count: xattrs.size }) - 1;
  }

  /** The whole table at `start`: its parts, and where its head is; undefined when no file has attributes. */
  encode(codec: Codec, start: number): { readonly parts: readonly Buffer[]; readonly at: number } | undefined {
    if (this.#sets.length === 0) return undefined;
    const pairs = new MetadataStream(codec);
    const places: Place[] = [];
    for (const { bytes } of this.#sets) {
      places.push(pairs.place);
      pairs.write(bytes);
    }
    const values = pairs.end();
    const ids = indexedTable(this.#lookup(places, codec), start + totalLength(values));
    const head = Buffer.alloc(16);
    head.writeBigUInt64LE(BigInt(start));
    head.writeUInt32LE(this.#sets.length, 8);
    const list = ids.parts.pop() ?? head;
    return { parts: [...values, ...ids.parts, head, list], at: ids.at };
  }

  #lookup(places: readonly Place[], codec: Codec): MetadataStream {
    const stream = new MetadataStream(codec);
    const entry = Buffer.alloc(16);
    for (const [i, { bytes, count }] of this.#sets.entries()) {
      const { block, offset } = places[i] ?? { block: 0, offset: 0 };
      entry.writeUInt16LE(offset, 0);
      entry.writeUIntLE(block, 2, 6);
      entry.writeUInt32LE(count, 8);
      entry.writeUInt32LE(bytes.length, 12);
      stream.write(entry);
    }
    return stream;
  }
}

function encodeXattr(name: string, value: Buffer): Buffer {
  const prefix = PREFIXES.findIndex((text) => name.startsWith(text));
  const what = `the extended attribute "${shown(name)}"`;
  if (prefix < 0) throw fail("E_SQUASHFS_LIMIT", { what: `${what}, whose kind squashfs does not know` });
  if (name.length > MAX_NAME || value.length > MAX_VALUE) {
    throw fail("E_SQUASHFS_LIMIT", { what: `${what}, which is longer than the kernel allows` });
  }
  const rest = name.slice(PREFIXES[prefix]?.length);
  const bytes = Buffer.alloc(8 + rest.length + value.length);
  bytes.writeUInt16LE(prefix, 0);
  bytes.writeUInt16LE(rest.length, 2);
  bytes.write(rest, 4, "latin1");
  bytes.writeUInt32LE(value.length, 4 + rest.length);
  bytes.set(value, 8 + rest.length);
  return bytes;
}
