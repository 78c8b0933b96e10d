// Reads BSON documents (bsonspec.org, version 1.1) as far as Shifter's records use them, strictly: lengths must agree,
// texts must be UTF-8, nesting is bounded. Numbers of 64 bits and dates become numbers. Pure.

/** A document is not what it says: where, and why. */
export class BsonError extends Error {
  /** Offset in the document. */
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const DEEPEST = 32;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The value of a whole document. @throws BsonError */
export function readBson(bytes: Buffer): Readonly<Record<string, unknown>> {
  const reader = new Reader(bytes);
  const value = reader.document(0);
  if (reader.at !== bytes.length) throw new BsonError(reader.at, "bytes are left over");
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  document(depth: number): Record<string, unknown> {
    if (depth > DEEPEST) throw this.#wrong("it is nested too deep");
    const start = this.at;
    const end = start + this.#size(5);
    const value: Record<string, unknown> = {};
    while (true) {
      const type = this.#take(1).readUInt8();
      if (type === 0) break;
      const name = this.#cstring();
      // A field may be called __proto__ like any other.
      Object.defineProperty(value, name, { value: this.#value(type, depth), enumerable: true, configurable: true });
    }
    if (this.at !== end) throw new BsonError(start, "the length of a document is wrong");
    return value;
  }

  #value(type: number, depth: number): unknown {
    switch (type) {
      case 0x01:
        return this.#take(8).readDoubleLE();
      case 0x02:
      case 0x0e:
        return this.#string();
      case 0x03:
        return this.document(depth + 1);
      case 0x04:
        return Object.values(this.document(depth + 1));
      case 0x05:
        return this.#binary();
      case 0x06:
      case 0x0a:
        return null;
      case 0x07:
        return this.#take(12).toString("hex");
      case 0x08:
        return this.#boolean();
      case 0x09:
        return Number(this.#take(8).readBigInt64LE()) / 1000;
      case 0x10:
        return this.#take(4).readInt32LE();
      case 0x11:
      case 0x12:
        return Number(this.#take(8).readBigInt64LE());
      default:
        throw this.#wrong(`type 0x${type.toString(16).padStart(2, "0")} is not known here`);
    }
  }

  #string(): string {
    const length = this.#take(4).readInt32LE();
    if (length < 1) throw this.#wrong("a text has no length");
    const bytes = this.#take(length);
    if (bytes[length - 1] !== 0) throw this.#wrong("a text does not end");
    return this.#text(bytes.subarray(0, -1));
  }

  #cstring(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) throw this.#wrong("a name does not end");
    const bytes = this.#take(end - this.at);
    this.at += 1;
    return this.#text(bytes);
  }

  #binary(): Buffer {
    const length = this.#take(4).readInt32LE();
    if (length < 0) throw this.#wrong("bytes have no length");
    this.#take(1);
    return this.#take(length);
  }

  #boolean(): boolean {
    const byte = this.#take(1)[0];
    if (byte !== 0 && byte !== 1) throw this.#wrong("a truth is neither true nor false");
    return byte === 1;
  }

  #size(least: number): number {
    const size = this.#take(4).readInt32LE();
    if (size < least || this.at - 4 + size > this.#bytes.length) throw this.#wrong("a length is wrong");
    return size;
  }

  #take(count: number): Buffer {
    const end = this.at + count;
    if (end > this.#bytes.length) throw this.#wrong("it is cut off");
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  #text(bytes: Buffer): string {
    try {
      return UTF8.decode(bytes);
    } catch {
      throw this.#wrong("a text is not UTF-8");
    }
  }

  #wrong(message: string): BsonError {
    return new BsonError(this.at, message);
  }
}
