// The chunked coding of a body, read strictly and without copying: CRLF only, sizes in plain hexadecimal, bounded extensions
// and trailers (RFC 9112, 7.1).

/** What comes out of it. */
export interface ChunkSink {
  onData(chunk: Buffer): void;
  /** Name, value, name, value …. */
  onTrailers(trailers: readonly string[]): void;
}

const MAX_LINE = 1024;
const MAX_TRAILERS = 16 * 1024;
const SIZE_LINE = /^([0-9a-fA-F]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const TRAILER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;
const CR = 13;
const LF = 10;

/** One body. */
export class ChunkReader {
  readonly #sink: ChunkSink;
  readonly #trailers: string[] = [];
  #state: "size" | "data" | "data-end" | "trailers" | "done" = "size";
  #left = 0;
  // Only of lines that came in pieces.
  #line = "";
  #trailerBytes = 0;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  /** Takes what came; the bytes that belong to it, or a text: what is wrong. */
  feed(piece: Buffer): number | string {
    let at = 0;
    while (at < piece.length && this.#state !== "done") {
      if (this.#state === "data") {
        at = this.#takeData(piece, at);
        continue;
      }
      const end = piece.indexOf(LF, at);
      this.#line += piece.toString("latin1", at, end < 0 ? piece.length : end);
      if (this.#line.length > MAX_LINE + 1 && this.#state !== "trailers") return "the line of a chunk is too long";
      if (this.#line.length > MAX_TRAILERS) return "its trailers are too long";
      if (end < 0) return piece.length;
      const wrong = this.#takeLine();
      if (wrong) return wrong;
      at = end + 1;
    }
    return at;
  }

  #takeData(piece: Buffer, at: number): number {
    const end = Math.min(piece.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#state = "data-end";
    this.#sink.onData(at === 0 && end === piece.length ? piece : piece.subarray(at, end));
    return end;
  }

  #takeLine(): string | undefined {
    if (this.#line.charCodeAt(this.#line.length - 1) !== CR) return "a line of a chunk does not end in CRLF";
    const line = this.#line.slice(0, -1);
    this.#line = "";
    if (this.#state === "data-end") {
      this.#state = "size";
      return line === "" ? undefined : "a chunk is longer than it says";
    }
    return this.#state === "size" ? this.#takeSize(line) : this.#takeTrailer(line);
  }

  #takeSize(line: string): string | undefined {
    const size = SIZE_LINE.exec(line)?.[1];
    if (size === undefined) return "the size of a chunk is malformed";
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? "trailers" : "data";
    return undefined;
  }

  #takeTrailer(line: string): string | undefined {
    if (line === "") {
      this.#state = "done";
      this.#sink.onTrailers(this.#trailers);
      return undefined;
    }
    this.#trailerBytes += line.length;
    const parts = TRAILER.exec(line);
    if (!parts || this.#trailerBytes > MAX_TRAILERS) return "a trailer is malformed";
    this.#trailers.push(parts[1] ?? "", (parts[2] ?? "").trim());
    return undefined;
  }
}
