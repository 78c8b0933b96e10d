// Writes the few ASN.1 values (X.690, DER) that a certificate is made of. Pure.

/** Universal tags in use. */
const TAG = { integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, sequence: 48, set: 49, utcTime: 23, time: 24 } as const;

/** A value with its tag and length. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 128) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const short = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(tag, 0x80 | short.length), short, content]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.set, ...parts);
}

/** A positive number, given by its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes[0] ?? 0;
  return der(TAG.integer, first >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), bytes);
}

export function bits(bytes: Uint8Array): Buffer {
  return der(TAG.bits, Buffer.of(0), bytes);
}

export function octets(bytes: Uint8Array): Buffer {
  return der(TAG.octets, bytes);
}

export function text(value: string): Buffer {
  return der(TAG.utf8, Buffer.from(value));
}

export function boolean(value: boolean): Buffer {
  return der(1, Buffer.of(value ? 0xff : 0));
}

/** `1.2.840.10045.4.3.2` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** As certificates write it: two digits of the year before 2050, four from then on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  const late = date.getUTCFullYear() >= 2050;
  return der(late ? TAG.time : TAG.utcTime, Buffer.from(late ? digits : digits.slice(2)));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
