import { expect, test } from "vitest";
import { Metadata } from "./metadata.ts";
import type { Source } from "./source.ts";
import type { Superblock } from "./superblock.ts";
import { readXattrs } from "./xattrs.ts";

/** A metadata block that is stored as it is. */
function block(bytes: Buffer): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16LE(bytes.length | 0x8000);
  return Buffer.concat([size, bytes]);
}

/** Attributes out of a table that names `count` of them, whose pairs and values lie in these blocks. */
function read(blocks: readonly Buffer[], count: number) {
  const pairs = Buffer.concat(blocks);
  const [entry, head] = [Buffer.alloc(16), Buffer.alloc(24)];
  entry.writeUInt32LE(count, 8);
  head.writeUInt32LE(1, 8);
  head.writeBigUInt64LE(BigInt(pairs.length), 16);
  const all = Buffer.concat([pairs, block(entry), head]);
  const source: Source = {
    path: "a.sif",
    size: all.length,
    read: async (position, length) => all.subarray(position, position + length),
    corrupt: (what) =>
      Object.assign(new Error(`damaged: ${what}`), { code: "E", hint: "", exit: 1, http: 500, fields: {} }),
  };
  const superblock = { xattrTable: all.length - head.length } as Superblock;
  return readXattrs(source, superblock, new Metadata(source, async () => undefined), 0);
}

function pair(name: string, type: number, value: Buffer): Buffer {
  const [head, size] = [Buffer.alloc(4), Buffer.alloc(4)];
  head.writeUInt16LE(type);
  head.writeUInt16LE(name.length, 2);
  size.writeUInt32LE(value.length);
  return Buffer.concat([head, Buffer.from(name), size, value]);
}

test("attributes are read", async () => {
  const found = await read([block(pair("a", 0, Buffer.from("one")))], 1);
  expect(found).toEqual(new Map([["user.a", Buffer.from("one")]]));
});

test("a reference that is too short to be one is damage", async () => {
  await expect(read([block(pair("a", 0x100, Buffer.from("four")))], 1)).rejects.toThrow(/damaged: .*nowhere/);
});

test("many names for one large value are not believed without end", async () => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(65_536);
  const value = Buffer.concat([size, Buffer.alloc(65_536)]);
  const blocks: Buffer[] = [];
  for (let at = 0; at < value.length; at += 8192) blocks.push(block(value.subarray(at, at + 8192)));
  const reference = Buffer.alloc(8);
  const names = () => block(Buffer.concat(Array.from({ length: 300 }, (_, i) => pair(`${i + 100}`, 0x100, reference))));
  // The names come first, behind them the value that all of them share.
  reference.writeBigUInt64LE(BigInt(names().length) << 16n);
  await expect(read([names(), ...blocks], 300)).rejects.toThrow(/damaged: .*more than 16777216 bytes/);
});
