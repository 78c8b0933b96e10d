// Finds the frames of a zstd stream (RFC 8878, section 3.1) without decompressing it. Layers of the "zstd:chunked" kind
// have thousands of them, with skippable ones between. Node's decompressor stops, without an error, after the first
// when a write holds more than one; Bun's takes a stream that is cut short for complete.

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** What the next bytes are; the number is how many must be gathered to read them. */
const HEADS = { magic: 4, descriptor: 1, block: 3, "skip-size": 4 } as const;
type Head = keyof typeof HEADS;

export class ZstdFrames {
  #part: Head = "magic";
  #head: Buffer = Buffer.alloc(0);
  /** Bytes that go by before the next head, and whether they are left out. */
  #left = 0;
  #skipping = false;
  #checksum = false;

  /** True between frames: only there may the stream end. */
  get complete(): boolean {
    return this.#part === "magic" && this.#head.length === 0 && this.#left === 0;
  }

  /** Pieces of the chunk, none of which reaches over the end of a frame; skippable frames left out. */
  split(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    let start = 0;
    let at = 0;
    const cut = (end: number) => {
      if (end > start) pieces.push(chunk.subarray(start, end));
    };
    while (at < chunk.length) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left);
        this.#left -= end - at;
        at = end;
      } else {
        const held = this.#head;
        const end = Math.min(chunk.length, at + HEADS[this.#part] - held.length);
        this.#head = Buffer.concat([held, chunk.subarray(at, end)]);
        at = end;
        const isMagic = this.#part === "magic";
        if (this.#head.length === HEADS[this.#part]) {
          this.#read();
          // The beginning of a magic number was held back, since a skippable frame's must not go on.
          if (isMagic && !this.#skipping && held.length > 0) pieces.push(held);
        } else if (isMagic) {
          cut(end - this.#head.length);
          start = end;
        }
      }
      if (this.#skipping) start = at;
      if (this.#left === 0 && this.#part === "magic" && this.#head.length === 0) {
        cut(at);
        start = at;
        this.#skipping = false;
      }
    }
    cut(at);
    return pieces;
  }

  #read(): void {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    if (this.#part === "magic") this.#readMagic(head.readUInt32LE());
    else if (this.#part === "descriptor") this.#readDescriptor(head.readUInt8());
    else if (this.#part === "block") this.#readBlock(head.readUIntLE(0, 3));
    else {
      this.#left = head.readUInt32LE();
      this.#part = "magic";
    }
  }

  #readMagic(magic: number): void {
    this.#skipping = (magic & 0xfffffff0) >>> 0 === SKIPPABLE;
    if (!this.#skipping && magic !== MAGIC) throw new Error("what follows a zstd frame is not another one");
    this.#part = this.#skipping ? "skip-size" : "descriptor";
  }

  #readDescriptor(flags: number): void {
    const single = (flags & 0x20) !== 0;
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
    this.#checksum = (flags & 4) !== 0;
    this.#left = (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0) + sizeBytes;
    this.#part = "block";
  }

  #readBlock(header: number): void {
    const kind = (header >> 1) & 3;
    if (kind === 3) throw new Error("a zstd block is of an unknown kind");
    this.#left = kind === 1 ? 1 : header >> 3;
    if ((header & 1) === 0) return;
    this.#left += this.#checksum ? 4 : 0;
    this.#part = "magic";
  }
}
