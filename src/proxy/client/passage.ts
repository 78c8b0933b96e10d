// One request through to a backend and the reply back. A request is sent again only when no byte of a reply came and sending
// it twice does no harm; what a client has begun to get is never repeated.

import type { BackendConnection, ConnectionUser, Loss } from "../backend/connection.ts";
import type { BackendPool } from "../backend/pool.ts";
import type { ReplyHead } from "../backend/reply-head.ts";
import type { Surroundings, Watched } from "../surroundings.ts";
import { answer, type OwnAnswer } from "./answers.ts";
import { Approach } from "./approach.ts";
import { endToEnd, safeTrailers } from "./reply-headers.ts";
import { Upload } from "./upload.ts";
import type { Visit } from "./visit.ts";

/** Methods that do the same when they come twice (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND", "REPORT"]);
const ATTEMPTS = 3;
/** A backend that says nothing to `Expect` gets the body all the same. */
const CONTINUE_MS = 1_000;
/** Less than what Node takes: at anything else it throws, or searches for ever. */
const HINT = /^<[^<>"\s]*>(?:; ?[a-z*-]+(?:=(?:[^;="\s]+|"[^;="\s]*"))?)*$/i;

export interface PassageEvents {
  /** No backend could be reached. */
  onNone(why: string): void;
}

/** One request with its reply. */
export class Passage implements ConnectionUser, Watched {
  place = -1;
  readonly #visit: Visit;
  readonly #around: Surroundings;
  readonly #head: string;
  readonly #approach: Approach;
  readonly #replaySafe: boolean;
  #pool: BackendPool | undefined;
  #connection: BackendConnection | undefined;
  #upload: Upload | undefined;
  #attempts = 0;
  #sentAt = 0;
  #last: Buffer | undefined;
  // Since when the client takes nothing of the answer.
  #fullSince = 0;
  #drains = false;

  constructor(visit: Visit, around: Surroundings, head: string, events: PassageEvents) {
    this.#visit = visit;
    this.#around = around;
    this.#head = head;
    const { method, body } = visit.exchange;
    this.#replaySafe = IDEMPOTENT.has(method) && !body;
    this.#approach = new Approach(visit, around, this.#replaySafe, {
      onConnection: (connection, pool) => this.#send(connection, pool),
      onNone: (why) => {
        around.watched.delete(this);
        events.onNone(why);
      },
    });
  }

  start(): void {
    this.#around.watched.add(this);
    this.#approach.go();
  }

  /** The client is gone, or has its answer. */
  stop(): void {
    this.#around.watched.delete(this);
    this.#approach.stop();
    this.#upload?.stop();
    this.#connection?.destroy();
    this.#release();
  }

  check(now: number): void {
    const { exchange, route, use } = this.#visit;
    if (this.#fullSince > 0 && now - this.#fullSince > this.#around.settings.stallMs) return void exchange.abort();
    if (use && this.#upload && !this.#upload.ended) use.lastBytes = now;
    if (!this.#connection || exchange.answered) return;
    if (this.#upload?.stalled(now, this.#around.settings))
      return void this.#fail({
        status: 408,
        title: "Too slow",
        detail: "The body of the request did not come.",
        last: true,
      });
    const waited = now - this.#sentAt;
    if (exchange.expectsContinue && !this.#upload && waited > CONTINUE_MS) this.#beginUpload();
    else if (waited > route.spec.timeoutMs)
      this.#fail({ status: 504, title: "No answer", detail: "The service took too long to answer." });
  }

  onInterim({ status, headers }: ReplyHead): void {
    const { exchange } = this.#visit;
    if (status === 100 && exchange.expectsContinue && !this.#upload) this.#beginUpload();
    if (status !== 103 || exchange.version === "1.0") return;
    const links = headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === "link");
    if (links.length > 0 && links.every((link) => HINT.test(link))) exchange.sendHints(links);
  }

  onHead({ status, reason, headers }: ReplyHead): void {
    const { exchange } = this.#visit;
    if (this.#pool) this.#approach.praise(this.#pool);
    if (status === 101)
      return void this.#fail({ status: 502, title: "No answer", detail: "The service sent no answer." });
    this.#visit.status = status;
    exchange.begin(status, reason, endToEnd(headers), this.#around.ending());
  }

  onData(piece: Buffer, last: boolean): void {
    if (this.#visit.use) this.#visit.use.lastBytes = this.#around.now();
    if (last) this.#last = piece;
    else if (!this.#visit.exchange.write(piece)) this.#awaitClient();
  }

  onEnd(trailers: readonly string[]): void {
    // The connection goes back to its pool: whoever gets it next must not find it paused.
    if (this.#fullSince > 0) this.#connection?.socket.resume();
    this.#connection = undefined;
    this.#fullSince = this.#around.now();
    this.#release();
    this.#visit.exchange.end(this.#last, safeTrailers(trailers));
    this.#upload?.stop();
  }

  onDrain(): void {
    this.#upload?.resume();
  }

  onLost({ why, begun, reused, malformed }: Loss): void {
    const pool = this.#pool;
    this.#connection = undefined;
    this.#release();
    if (this.#visit.exchange.answered) return void this.#visit.exchange.abort();
    const again = this.#replaySafe && !begun && !malformed && this.#attempts < ATTEMPTS;
    if (!again) return void this.#fail({ status: 502, title: "No answer", detail: "The service broke off." });
    // A free connection that was closed says nothing about the backend; a new one that was, does.
    if (pool && !reused) this.#approach.avoid(pool, why);
    this.#approach.go(true);
  }

  #send(connection: BackendConnection, pool: BackendPool): void {
    const { exchange } = this.#visit;
    this.#connection = connection;
    this.#pool = pool;
    this.#visit.backend = pool.id;
    this.#attempts++;
    this.#sentAt = this.#around.now();
    connection.begin(exchange.method, this.#head, this);
    if (!exchange.body) connection.finishRequest();
    else if (!exchange.expectsContinue) this.#beginUpload();
  }

  #beginUpload(): void {
    const { exchange, route } = this.#visit;
    if (!exchange.body || !this.#connection) return;
    if (exchange.expectsContinue) exchange.sendContinue();
    this.#upload = new Upload(exchange.body, this.#connection, route.spec.maxBodyBytes, this.#around.now(), {
      onBytes: (bytes) => {
        this.#visit.receivedBytes += bytes;
        this.#sentAt = this.#around.now();
      },
      onTooLarge: () =>
        this.#fail({ status: 413, title: "Too large", detail: "The service does not take bodies of this size." }),
    });
  }

  #awaitClient(): void {
    this.#connection?.socket.pause();
    this.#fullSince = this.#around.now();
    if (this.#drains) return;
    this.#drains = true;
    this.#visit.exchange.onDrain(() => {
      this.#fullSince = 0;
      this.#connection?.socket.resume();
    });
  }

  #fail(own: OwnAnswer): void {
    this.#connection?.destroy();
    this.#connection = undefined;
    this.#release();
    if (this.#visit.exchange.answered) return void this.#visit.exchange.abort();
    this.#visit.status = own.status;
    this.#upload?.stop();
    answer(this.#visit.exchange, own);
  }

  #release(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    if (pool) this.#approach.release(pool);
  }
}
