// A request for another protocol through to a backend: when the backend agrees, both connections are joined; when it does
// not, its answer is passed on like any other.

import type { BackendConnection, ConnectionUser } from "../backend/connection.ts";
import type { BackendPool } from "../backend/pool.ts";
import type { ReplyHead } from "../backend/reply-head.ts";
import type { Surroundings, Watched } from "../surroundings.ts";
import { answer } from "./answers.ts";
import { Approach } from "./approach.ts";
import { answerUnreached, type Held } from "./hold.ts";
import { join } from "./join.ts";
import { endToEnd } from "./reply-headers.ts";
import { type HeadOptions, requestHead } from "./request-head.ts";
import type { UpgradeExchange } from "./upgrade-exchange.ts";
import type { Visit } from "./visit.ts";

/** Carries requests that ask for another protocol. */
export function carryUpgrade(visit: Visit, around: Surroundings, head: HeadOptions): Held {
  const switching = new SwitchOver(visit, around, head);
  switching.start();
  return switching;
}

class SwitchOver implements ConnectionUser, Watched {
  place = -1;
  readonly #visit: Visit;
  readonly #exchange: UpgradeExchange;
  readonly #around: Surroundings;
  readonly #head: string;
  readonly #approach: Approach;
  #pool: BackendPool | undefined;
  #connection: BackendConnection | undefined;
  #sentAt = 0;
  // Since when the client takes nothing of an answer that is not the other protocol.
  #fullSince = 0;
  #joined = false;

  constructor(visit: Visit, around: Surroundings, head: HeadOptions) {
    this.#visit = visit;
    this.#exchange = visit.exchange as UpgradeExchange;
    this.#around = around;
    this.#head = requestHead(visit.exchange, { ...head, upgrade: this.#exchange.protocol });
    // Never over a connection that was used before: it will not go back to the pool.
    this.#approach = new Approach(visit, around, false, {
      onConnection: (connection, pool) => this.#send(connection, pool),
      onNone: () => answerUnreached(visit, around),
    });
  }

  start(): void {
    this.#around.watched.add(this);
    this.#approach.go(true);
  }

  stop(): void {
    this.#around.watched.delete(this);
    this.#approach.stop();
    this.#connection?.destroy();
    if (!this.#joined) this.#release();
  }

  check(now: number): void {
    if (this.#fullSince > 0 && now - this.#fullSince > this.#around.settings.stallMs)
      return void this.#exchange.abort();
    if (this.#sentAt > 0 && now - this.#sentAt > this.#visit.route.spec.timeoutMs) this.#fail(504);
  }

  onInterim(): void {}

  onHead({ status, reason, headers }: ReplyHead, rest: Buffer): void {
    this.#sentAt = 0;
    this.#visit.status = status;
    if (this.#pool) this.#approach.praise(this.#pool);
    if (status === 101) return void this.#switch(reason, headers, rest);
    this.#exchange.begin(status, reason, endToEnd(headers), true);
  }

  onData(piece: Buffer): void {
    if (this.#exchange.write(piece)) return;
    const { socket } = this.#connection ?? {};
    socket?.pause();
    if (this.#fullSince > 0) return;
    this.#fullSince = this.#around.now();
    this.#exchange.socket.once("drain", () => {
      this.#fullSince = 0;
      socket?.resume();
    });
  }

  onEnd(): void {
    // As in Passage: the connection goes back to its pool, and the client may still take nothing.
    if (this.#fullSince > 0) this.#connection?.socket.resume();
    this.#connection = undefined;
    this.#fullSince = this.#around.now();
    this.#release();
    this.#exchange.end(undefined, []);
  }

  onDrain(): void {}

  onLost(): void {
    this.#connection = undefined;
    this.#fail(502);
  }

  #send(connection: BackendConnection, pool: BackendPool): void {
    this.#connection = connection;
    this.#pool = pool;
    this.#visit.backend = pool.id;
    this.#sentAt = this.#around.now();
    connection.begin(this.#exchange.method, this.#head, this);
    connection.finishRequest();
  }

  #switch(reason: string, headers: readonly string[], rest: Buffer): void {
    const connection = this.#connection;
    if (!connection) return;
    this.#exchange.switchOver(reason, [...endToEnd(headers), "Connection", "upgrade", "Upgrade", protocolOf(headers)]);
    const backend = connection.detach();
    this.#connection = undefined;
    this.#joined = true;
    const { socket, first } = this.#exchange;
    if (rest.length > 0) socket.write(rest);
    if (first.length > 0) backend.write(first);
    const { use, route } = this.#visit;
    join(socket, backend, {
      onBytes: (direction, bytes) => {
        if (use) use.lastBytes = Date.now();
        if (direction === "up") route.use.receivedBytes += bytes;
        else route.use.sentBytes += bytes;
      },
      onClose: () => this.#release(),
    });
  }

  #fail(status: 502 | 504): void {
    this.#sentAt = 0;
    this.#connection?.destroy();
    this.#connection = undefined;
    this.#release();
    if (this.#exchange.answered) return void this.#exchange.abort();
    this.#visit.status = status;
    const detail = status === 504 ? "The service took too long to answer." : "The service broke off.";
    answer(this.#exchange, { status, title: "No answer", detail });
  }

  #release(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    if (pool) this.#approach.release(pool);
  }
}

function protocolOf(headers: readonly string[]): string {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "upgrade");
  return at < 0 ? "" : (headers[at + 1] ?? "");
}
