// The connections to one backend, and how it does: how many requests it has, whether it could be reached. Connections that
// are free are kept a little shorter than the backend keeps them.

import type { ProxyBackend } from "../types.ts";
import { BackendConnection, connectBackend } from "./connection.ts";

/** Of free connections. */
const KEEP_MS = 4_000;
const KEEP_MARGIN_MS = 1_000;
const KEEP_AT_MOST_MS = 60_000;
const FREE_AT_MOST = 256;
const CONNECT_MS = 5_000;
/** After a failure a backend is left alone: first so long, then twice as long each time. */
const EJECT_MS = 1_000;
const EJECT_AT_MOST_MS = 30_000;

/** One backend. */
export class BackendPool {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  draining: boolean;
  /** Requests and piped connections under way. */
  open = 0;
  readonly #free: BackendConnection[] = [];
  #failures = 0;
  #ejectedUntil = 0;
  /** It is gone from the table. */
  closed = false;

  constructor({ id, host, port, draining }: ProxyBackend) {
    this.id = id;
    this.host = host;
    this.port = port;
    this.draining = draining;
  }

  /** Left alone because it could not be reached. */
  ejected(now: number): boolean {
    return this.#ejectedUntil > now;
  }

  /** True: until now it was thought well. */
  noteFailure(now: number): boolean {
    this.#ejectedUntil = now + Math.min(EJECT_AT_MOST_MS, EJECT_MS * 2 ** this.#failures);
    return ++this.#failures === 1;
  }

  /** True: until now it was thought lost. */
  noteSuccess(): boolean {
    if (this.#failures === 0) return false;
    this.#failures = 0;
    this.#ejectedUntil = 0;
    return true;
  }

  /** A connection that is free and was used within `usedWithinMs`; undefined: there is none. */
  takeFree(now: number, usedWithinMs: number): BackendConnection | undefined {
    for (;;) {
      const connection = this.#free.pop();
      if (!connection) return undefined;
      const age = now - connection.idleSince;
      if (connection.socket.destroyed || age > keepMs(connection)) connection.destroy();
      else if (age <= usedWithinMs) return connection;
      else {
        this.#free.push(connection);
        return undefined;
      }
    }
  }

  /** A new connection; a text: why there is none. Calls back once, the answer gives up. */
  connect(done: (connection: BackendConnection | undefined, why: string) => void): () => void {
    return connectBackend(this, CONNECT_MS, false, (socket, why) =>
      done(
        socket && new BackendConnection(socket, { onFree: (c) => this.#keep(c), onGone: (c) => this.#forget(c) }),
        why,
      ),
    );
  }

  /** Ends connections that have been free for long. */
  sweep(now: number): void {
    for (const connection of [...this.#free]) if (now - connection.idleSince > keepMs(connection)) connection.destroy();
  }

  /** It is gone from the table: requests under way end, nothing is kept. */
  close(): void {
    this.closed = true;
    for (const connection of this.#free.splice(0)) connection.destroy();
  }

  #keep(connection: BackendConnection): void {
    if (this.closed || this.draining || this.#free.length >= FREE_AT_MOST) return void connection.destroy();
    connection.idleSince = Date.now();
    this.#free.push(connection);
  }

  #forget(connection: BackendConnection): void {
    const index = this.#free.indexOf(connection);
    if (index >= 0) this.#free.splice(index, 1);
  }
}

function keepMs({ keepMs: said }: BackendConnection): number {
  return said === undefined ? KEEP_MS : Math.min(KEEP_AT_MOST_MS, Math.max(0, said - KEEP_MARGIN_MS));
}
