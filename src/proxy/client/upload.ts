// A request's body on its way to a backend: at the pace of the slower side, counted, limited, and watched for clients that
// send next to nothing for ever.

import type { BackendConnection } from "../backend/connection.ts";
import type { ProxySettings } from "../surroundings.ts";
import type { RequestBody } from "./exchange.ts";
import { safeTrailers } from "./reply-headers.ts";

/** What became of it. */
export interface UploadEvents {
  onBytes(bytes: number): void;
  onTooLarge(): void;
}

/** One body. */
export class Upload {
  readonly #body: RequestBody;
  readonly #connection: BackendConnection;
  readonly #events: UploadEvents;
  readonly #limit: number;
  #begunAt: number;
  #lastAt: number;
  #bytes = 0;
  #paused = false;
  #ended = false;

  constructor(
    body: RequestBody,
    connection: BackendConnection,
    limit: number | undefined,
    now: number,
    events: UploadEvents,
  ) {
    this.#body = body;
    this.#connection = connection;
    this.#events = events;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
    this.#begunAt = this.#lastAt = now;
    body.stream.on("data", this.#onData);
    body.stream.on("end", this.#onEnd);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The backend takes more. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#body.stream.resume();
  }

  /** The client sends too slowly, or not at all. */
  stalled(now: number, { stallMs, bodyRate }: ProxySettings): boolean {
    if (this.#ended || this.#paused) {
      // Time that the backend takes is not the client's fault.
      this.#begunAt += Math.max(0, now - this.#lastAt);
      this.#lastAt = now;
      return false;
    }
    if (now - this.#lastAt > stallMs) return true;
    const passed = now - this.#begunAt;
    return passed > stallMs && this.#bytes < ((passed - stallMs) / 1000) * bodyRate;
  }

  /** Nobody takes the rest. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#body.stream.off("data", this.#onData);
    this.#body.stream.off("end", this.#onEnd);
    this.#body.discard();
  }

  readonly #onData = (piece: Buffer): void => {
    this.#bytes += piece.length;
    this.#lastAt = Date.now();
    this.#events.onBytes(piece.length);
    if (this.#bytes > this.#limit) {
      this.stop();
      return void this.#events.onTooLarge();
    }
    const chunked = this.#body.length === undefined;
    const room = chunked ? this.#connection.writeChunk(piece) : this.#connection.write(piece);
    if (room) return;
    this.#paused = true;
    this.#body.stream.pause();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    const { length } = this.#body;
    // Less than it said (HTTP/2 alone could): whatever came next on the connection would be taken for the rest.
    if (length !== undefined && length !== this.#bytes) return;
    if (length === undefined) this.#connection.write(`0\r\n${this.#trailerLines()}\r\n`);
    this.#connection.finishRequest();
  };

  #trailerLines(): string {
    const trailers = safeTrailers(this.#body.trailers());
    let lines = "";
    for (let index = 0; index < trailers.length; index += 2) lines += `${trailers[index]}: ${trailers[index + 1]}\r\n`;
    return lines;
  }
}
