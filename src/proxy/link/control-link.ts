// The proxy's end of the control socket: says hello, takes orders, reports, and comes back by itself when the server was away.
// What cannot be told now is dropped: reports of use are added up until they can be sent, and wakes are asked for again.

import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import type { ProxyMessage, ProxyOrder } from "../types.ts";
import { LineReader } from "./lines.ts";
import { parseOrder } from "./parse-order.ts";

/** A table of ten thousand routes and their certificates is some 30 MB. */
const ORDER_BYTES = 256 * 1024 * 1024;
const AGAIN_MS = 100;
const AGAIN_AT_MOST_MS = 2_000;
/** A server that does not read is as good as gone. */
const UNSENT_BYTES = 16 * 1024 * 1024;

/** Who hears of it. */
export interface LinkEvents {
  hello(): ProxyMessage;
  onOrder(order: ProxyOrder): void;
  onTrouble(why: string): void;
  /** The folder of the socket has been gone for a while: no server will ever come for this proxy. */
  onForsaken(): void;
}

/** The link to the server. */
export class ControlLink {
  readonly #path: string;
  readonly #events: LinkEvents;
  readonly #forsakenMs: number;
  #homelessSince: number | undefined;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wait = AGAIN_MS;
  #closed = false;

  constructor(path: string, forsakenMs: number, events: LinkEvents) {
    this.#path = path;
    this.#forsakenMs = forsakenMs;
    this.#events = events;
    this.#connect();
  }

  get connected(): boolean {
    return this.#socket?.readyState === "open";
  }

  /** False: the server is away. */
  tell(message: ProxyMessage): boolean {
    const socket = this.#socket;
    if (!socket || !this.connected) return false;
    if (socket.writableLength > UNSENT_BYTES) {
      socket.destroy();
      return false;
    }
    socket.write(`${JSON.stringify(message)}\n`);
    return true;
  }

  /** Sends what is on its way and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!socket || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      setTimeout(() => socket.destroy(), 1_000).unref();
      socket.once("close", () => resolve());
      socket.end();
      socket.resume();
    });
  }

  // A server that was stopped leaves its folder; without it this process would hold its ports with an old table for ever.
  #lookForHome(): void {
    if (existsSync(dirname(this.#path))) this.#homelessSince = undefined;
    else {
      this.#homelessSince ??= performance.now();
      if (performance.now() - this.#homelessSince >= this.#forsakenMs) this.#events.onForsaken();
    }
  }

  #connect(): void {
    const socket = connect(this.#path);
    const reader = new LineReader(ORDER_BYTES, (line) => this.#events.onOrder(parseOrder(line)));
    this.#socket = socket;
    socket.on("connect", () => {
      this.#wait = AGAIN_MS;
      socket.write(`${JSON.stringify(this.#events.hello())}\n`);
    });
    socket.on("data", (piece: Buffer) => {
      try {
        reader.feed(piece);
      } catch (error) {
        // The table of before is served on; the server is asked again.
        this.#wait = AGAIN_AT_MOST_MS;
        this.#events.onTrouble(reasonOf(error));
        socket.destroy();
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#closed) return;
      this.#lookForHome();
      this.#timer = setTimeout(() => this.#connect(), this.#wait);
      this.#wait = Math.min(AGAIN_AT_MOST_MS, this.#wait * 2);
    });
  }
}
