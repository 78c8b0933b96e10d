// Memory for a million of something: numbers in typed arrays that double when they are full, bytes in one buffer.
// Objects for each file of a large image would need ten times as much.

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

const MAKE = {
  u8: (length: number) => new Uint8Array(length),
  u16: (length: number) => new Uint16Array(length),
  u32: (length: number) => new Uint32Array(length),
  f64: (length: number) => new Float64Array(length),
} as const;

/** A growing list of numbers of one width. "f64" is for whole numbers up to 2^53. */
export class Column {
  readonly #make: (length: number) => Numbers;
  #values: Numbers;
  length = 0;

  constructor(width: keyof typeof MAKE) {
    this.#make = MAKE[width];
    this.#values = this.#make(256);
  }

  /** Appends a number and gives its index. */
  push(value: number): number {
    if (this.length === this.#values.length) {
      const more = this.#make(2 * this.length);
      more.set(this.#values);
      this.#values = more;
    }
    this.#values[this.length] = value;
    return this.length++;
  }

  get(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** Changes by `step`; gives the new number. */
  add(index: number, step: number): number {
    const value = this.get(index) + step;
    this.#values[index] = value;
    return value;
  }
}

/** A growing row of bytes. */
export class Bytes {
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  length = 0;

  /** Appends bytes and gives the position of the first. */
  push(bytes: Uint8Array): number {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this.length - bytes.length;
  }

  /** Appends a byte string (each character one byte). */
  pushText(text: string): number {
    this.#room(text.length);
    this.length += this.#bytes.write(text, this.length, text.length, "latin1");
    return this.length - text.length;
  }

  /** The bytes themselves, valid until the next `push`. */
  view(at: number, length: number): Buffer {
    return this.#bytes.subarray(at, at + length);
  }

  text(at: number, length: number): string {
    return this.#bytes.toString("latin1", at, at + length);
  }

  /** True when the bytes at `at` are those of `text`. */
  isText(at: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** True when the bytes at `at` are `bytes`. */
  isBytes(at: number, bytes: Uint8Array): boolean {
    for (let i = 0; i < bytes.length; i++) if (this.#bytes[at + i] !== bytes[i]) return false;
    return true;
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.length + more));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }
}
