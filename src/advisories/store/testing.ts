// For tests: zip archives, good and bad ones.

import { crc32, deflateRawSync } from "node:zlib";

export interface ZipHow {
  readonly plain?: boolean;
  readonly zip64?: boolean;
  readonly comment?: string;
  /** A further member whose sizes are as told. */
  readonly raw?: { readonly packed: Buffer; readonly size: number; readonly crc: number };
}

interface Member {
  readonly name: string;
  readonly method: number;
  readonly packed: Buffer;
  readonly size: number;
  readonly crc: number;
}

/** An archive of the files. */
export function zipOf(files: Readonly<Record<string, string>>, how: ZipHow = {}): Buffer {
  const members = Object.entries(files).map(([name, text]): Member => {
    const content = Buffer.from(text);
    const packed = how.plain ? content : deflateRawSync(content);
    return { name, method: how.plain ? 0 : 8, packed, size: content.length, crc: crc32(content) };
  });
  if (how.raw) members.push({ name: "raw.json", method: 8, ...how.raw });
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const local = Buffer.concat([localHeader(member), member.packed]);
    directory.push(entry(member, offset, how.zip64 ?? false));
    locals.push(local);
    offset += local.length;
  }
  return Buffer.concat([
    ...locals,
    ...directory,
    ...ends(members.length, offset, Buffer.concat(directory).length, how),
  ]);
}

function localHeader({ name, method, packed, size, crc }: Member): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  return Buffer.concat([header, Buffer.from(name)]);
}

function entry({ name, method, packed, size, crc }: Member, offset: number, wide: boolean): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(wide ? 0xffffffff : packed.length, 20);
  header.writeUInt32LE(wide ? 0xffffffff : size, 24);
  header.writeUInt16LE(Buffer.byteLength(name), 28);
  header.writeUInt16LE(wide ? 28 : 0, 30);
  header.writeUInt32LE(wide ? 0xffffffff : offset, 42);
  const extra = Buffer.alloc(wide ? 28 : 0);
  if (wide) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [at, value] of [size, packed.length, offset].entries())
      extra.writeBigUInt64LE(BigInt(value), 4 + at * 8);
  }
  return Buffer.concat([header, Buffer.from(name), extra]);
}

function ends(count: number, offset: number, size: number, { zip64, comment = "" }: ZipHow): readonly Buffer[] {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : count, 8);
  end.writeUInt16LE(zip64 ? 0xffff : count, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : size, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  const last = [end, Buffer.from(comment)];
  if (!zip64) return last;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  for (const [at, value] of [count, count, size, offset].entries()) record.writeBigUInt64LE(BigInt(value), 24 + at * 8);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  return [record, locator, ...last];
}
