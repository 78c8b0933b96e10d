// Writes BSON for tests: the reader's counterpart, for the values that Shifter's records have.

/** The bytes of a document. */
export function writeBson(value: Readonly<Record<string, unknown>>): Buffer {
  const body = Buffer.concat([...Object.entries(value).map(([key, item]) => element(key, item)), Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

function element(key: string, value: unknown): Buffer {
  const [type, bytes] = encoded(value);
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${key}\0`), bytes]);
}

function encoded(value: unknown): [number, Buffer] {
  if (value === null) return [0x0a, Buffer.alloc(0)];
  if (typeof value === "boolean") return [0x08, Buffer.from([value ? 1 : 0])];
  if (typeof value === "bigint") return [0x12, int64(value)];
  if (typeof value === "number")
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? [0x10, int32(value)] : [0x01, double(value)];
  if (value instanceof Date) return [0x09, int64(BigInt(value.getTime()))];
  if (value instanceof Uint8Array) return [0x07, Buffer.from(value)];
  if (typeof value === "string") return [0x02, text(value)];
  if (Array.isArray(value)) return [0x04, writeBson({ ...value })];
  return [0x03, writeBson(value as Record<string, unknown>)];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`${value}\0`);
  return Buffer.concat([int32(bytes.length), bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
