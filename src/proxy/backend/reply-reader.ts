// Turns the bytes of a backend's connection into replies: interim ones, a head, a body, trailers. Knows no sockets.

import { ChunkReader } from "./chunk-reader.ts";
import { parseReplyHead, type ReplyHead } from "./reply-head.ts";

/** Who gets a reply. */
export interface ReplySink {
  /** 100, 102, 103: more follows. */
  onInterim(head: ReplyHead): void;
  /** `rest` of a 101 are the first bytes of the other protocol. */
  onHead(head: ReplyHead, rest: Buffer): void;
  /** `last`: nothing but the end follows, so that both can leave in one packet. */
  onData(chunk: Buffer, last: boolean): void;
  onEnd(trailers: readonly string[], head: ReplyHead): void;
}

const MAX_HEAD = 64 * 1024;
const MAX_INTERIM = 16;
const NOTHING: Buffer = Buffer.alloc(0);
const HEAD_END = Buffer.from("\r\n\r\n");

/** One reply to one request. */
export class ReplyReader {
  readonly #sink: ReplySink;
  readonly #method: string;
  #held = NOTHING;
  #head: ReplyHead | undefined;
  #chunks: ChunkReader | undefined;
  #left = 0;
  #interim = 0;
  #done = false;

  constructor(method: string, sink: ReplySink) {
    this.#method = method;
    this.#sink = sink;
  }

  /** Some byte of the reply's head came. */
  get begun(): boolean {
    return this.#head !== undefined || this.#interim > 0 || this.#held.length > 0;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Undefined: it has not come yet. */
  get head(): ReplyHead | undefined {
    return this.#head;
  }

  /** Takes what came; a text is what is wrong with it. */
  feed(piece: Buffer): string | undefined {
    let rest = piece;
    while (!this.#head) {
      const after = this.#readHead(rest);
      if (after === undefined) return undefined;
      if (typeof after === "string") return after;
      rest = after;
    }
    return rest.length > 0 ? this.#readBody(rest) : undefined;
  }

  /** The connection ended; a text: the reply is not whole. */
  end(): string | undefined {
    if (this.#done) return undefined;
    if (this.#head?.body.by !== "close") return this.#head ? "it ended in the middle" : "it closed without a reply";
    this.#finish([]);
    return undefined;
  }

  // What follows the head, or undefined: it is not whole.
  #readHead(piece: Buffer): Buffer | string | undefined {
    const held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    // Only what is new, and the three bytes before it, can hold the end.
    const end = held.indexOf(HEAD_END, Math.max(0, this.#held.length - 3));
    if (end > MAX_HEAD || (end < 0 && held.length > MAX_HEAD)) return "its head is too long";
    this.#held = end < 0 ? held : NOTHING;
    if (end < 0) return undefined;
    const head = parseReplyHead(held.toString("latin1", 0, end), this.#method);
    if (typeof head === "string") return head;
    const rest = held.subarray(end + 4);
    if (head.status >= 200 || head.status === 101) return this.#begin(head, rest);
    if (++this.#interim > MAX_INTERIM) return "it has too many interim replies";
    this.#sink.onInterim(head);
    return rest.length > 0 ? rest : undefined;
  }

  #begin(head: ReplyHead, rest: Buffer): Buffer {
    this.#head = head;
    if (head.body.by === "length") this.#left = head.body.bytes;
    if (head.body.by === "chunks") this.#chunks = new ChunkReader(this.#chunkSink());
    this.#sink.onHead(head, rest);
    if (head.status === 101) {
      this.#done = true;
      return NOTHING;
    }
    if (head.body.by === "none") this.#finish([]);
    return rest;
  }

  #readBody(piece: Buffer): string | undefined {
    if (this.#done) return "it goes on after its end";
    if (this.#chunks) {
      const used = this.#chunks.feed(piece);
      if (typeof used === "string") return used;
      return used < piece.length ? "it goes on after its end" : undefined;
    }
    if (this.#head?.body.by === "close") {
      this.#sink.onData(piece, false);
      return undefined;
    }
    const own = piece.length > this.#left ? piece.subarray(0, this.#left) : piece;
    this.#left -= own.length;
    this.#sink.onData(own, this.#left === 0);
    if (this.#left === 0) this.#finish([]);
    return own.length < piece.length ? "it goes on after its end" : undefined;
  }

  #chunkSink() {
    return {
      onData: (chunk: Buffer) => this.#sink.onData(chunk, false),
      onTrailers: (trailers: readonly string[]) => this.#finish(trailers),
    };
  }

  #finish(trailers: readonly string[]): void {
    this.#done = true;
    if (this.#head) this.#sink.onEnd(trailers, this.#head);
  }
}
