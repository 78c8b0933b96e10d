// A connection that is made again when it breaks. What is written meanwhile waits within a bound; the rest is lost.

import { connect, type NetConnectOpts, type Socket } from "node:net";

export interface Stream {
  write(data: Buffer): void;
  /** Pieces lost so far. */
  readonly lost: number;
  close(): Promise<void>;
}

const WAITING_BYTES = 4 * 1024 * 1024;
const AGAIN_MS = 1000;
const CLOSE_MS = 2000;

/** Connects when there is something to write. `greeting` begins every connection. */
export function streamTo(to: NetConnectOpts, greeting?: Buffer): Stream {
  return new Connection(to, greeting);
}

class Connection implements Stream {
  readonly #to: NetConnectOpts;
  readonly #greeting: Buffer | undefined;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #socket: Socket | undefined;
  #again: NodeJS.Timeout | undefined;
  #closed = false;
  lost = 0;

  constructor(to: NetConnectOpts, greeting: Buffer | undefined) {
    this.#to = to;
    this.#greeting = greeting;
  }

  write(data: Buffer): void {
    if (this.#bytes + data.length > WAITING_BYTES) {
      this.lost += 1;
      return;
    }
    this.#waiting.push(data);
    this.#bytes += data.length;
    if (!this.#socket && !this.#again) this.#connect();
    else this.#send();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    const socket = this.#socket;
    if (!socket) return;
    await new Promise<void>((done) => {
      const late = setTimeout(() => socket.destroy(), CLOSE_MS);
      socket.once("close", () => {
        clearTimeout(late);
        done();
      });
      this.#send();
    });
  }

  #connect(): void {
    this.#again = undefined;
    const socket = connect(this.#to);
    this.#socket = socket;
    socket.unref();
    socket.on("connect", () => {
      if (this.#greeting) socket.write(this.#greeting);
      this.#send();
    });
    // Whoever listens has nothing to say to us.
    socket.resume();
    socket.on("drain", () => this.#send());
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#socket = undefined;
      if (this.#closed) return;
      this.#again = setTimeout(() => this.#connect(), AGAIN_MS);
      this.#again.unref();
    });
  }

  // A closed one ends when all is said, which may be after it was connected.
  #send(): void {
    const socket = this.#socket;
    if (!socket || socket.connecting) return;
    let sent = 0;
    for (const data of this.#waiting) {
      if (socket.writableNeedDrain) break;
      this.#bytes -= data.length;
      socket.write(data);
      sent += 1;
    }
    // All at once: taking the first of a long list away moves all the others.
    this.#waiting.splice(0, sent);
    if (this.#closed && this.#waiting.length === 0) socket.end();
  }
}
