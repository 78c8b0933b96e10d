// One request of a client and the answer to it, whichever HTTP it came by. The rest of the proxy sees this and no sockets.
// Knows nothing of routes.

import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { Readable } from "node:stream";
import { replyFor1, replyFor2 } from "./reply-headers.ts";

/** A request that waits for its answer. */
export interface Exchange {
  readonly method: string;
  /** Origin form: begins with `/` (or is `*`). */
  readonly target: string;
  /** The name that was asked for, in lower case, without port. */
  readonly host: string;
  /** With port, as the client wrote it. */
  readonly authority: string;
  readonly secure: boolean;
  /** Of who is at the other end of the connection. */
  readonly peer: string;
  readonly version: "1.0" | "1.1" | "2";
  /** Name, value, name, value …, as they came; without HTTP/2's pseudo headers. */
  readonly headers: readonly string[];
  readonly body: RequestBody | undefined;
  /** The client waits for `100` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Value of a header, several joined; the name in lower case. */
  header(name: string): string | undefined;

  /** An answer was begun. */
  readonly answered: boolean;
  readonly closed: boolean;
  /** Bytes of the answer's body so far. */
  readonly sentBytes: number;
  /** Begins the answer. `last`: this connection carries no other request. */
  begin(status: number, reason: string, headers: readonly string[], last: boolean): void;
  /** False: wait for the drain. */
  write(piece: Buffer): boolean;
  end(piece: Buffer | undefined, trailers: readonly string[]): void;
  /** Breaks it off: the client must not take what it has for a whole answer. */
  abort(): void;
  sendContinue(): void;
  sendHints(links: readonly string[]): void;
  onDrain(listener: () => void): void;
  /** Once: answered or broken off by either side. */
  onClose(listener: () => void): void;
}

/** The body of a request. */
export interface RequestBody {
  readonly stream: Readable;
  /** Undefined: it ends when it ends. */
  readonly length: number | undefined;
  /** After the end. */
  trailers(): readonly string[];
  /** Nobody reads it: lets it pass for a while, so that the client sees the answer, then cuts it off. */
  discard(): void;
}

export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

/** What `readRequest` found out. */
export interface RequestFacts {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly authority: string;
  readonly secure: boolean;
  readonly peer: string;
  readonly version: "1.0" | "1.1" | "2";
  readonly headers: readonly string[];
  readonly expectsContinue: boolean;
}

const DISCARD_MS = 15_000;
/** What is shorter goes with its head in one write: cheaper than two buffers in one system call. */
const SMALL = 8 * 1024;

/** Puts a request and its response together. */
export function makeExchange(request: AnyRequest, response: AnyResponse, facts: RequestFacts): Exchange {
  return new HttpExchange(request, response, facts);
}

// A class for the number of them: one object a request, and no closures.
class HttpExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly authority: string;
  readonly secure: boolean;
  readonly peer: string;
  readonly version: "1.0" | "1.1" | "2";
  readonly headers: readonly string[];
  readonly expectsContinue: boolean;
  readonly body: RequestBody | undefined;
  sentBytes = 0;
  readonly #request: AnyRequest;
  readonly #response: AnyResponse;
  readonly #onClose: (() => void)[] = [];

  constructor(request: AnyRequest, response: AnyResponse, facts: RequestFacts) {
    this.method = facts.method;
    this.target = facts.target;
    this.host = facts.host;
    this.authority = facts.authority;
    this.secure = facts.secure;
    this.peer = facts.peer;
    this.version = facts.version;
    this.headers = facts.headers;
    this.expectsContinue = facts.expectsContinue;
    this.body = bodyOf(request, response, facts);
    this.#request = request;
    this.#response = response;
    response.on("close", () => {
      for (const listener of this.#onClose.splice(0)) listener();
    });
  }

  get answered(): boolean {
    return this.#response.headersSent;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  begin(status: number, reason: string, headers: readonly string[], last: boolean): void {
    const response = this.#response;
    try {
      if (!("shouldKeepAlive" in response)) return void response.writeHead(status, replyFor2(headers));
      if (last) response.shouldKeepAlive = false;
      response.writeHead(status, reason, replyFor1(headers));
    } catch {
      // Headers of a container that Node does not take cost it this one answer.
      this.abort();
    }
  }

  write(piece: Buffer): boolean {
    this.sentBytes += piece.length;
    return (this.#response as ServerResponse).write(piece);
  }

  end(piece: Buffer | undefined, trailers: readonly string[]): void {
    const response = this.#response;
    if (trailers.length > 0) addTrailers(response, trailers);
    if (!piece) return void response.end();
    this.sentBytes += piece.length;
    if (piece.length < SMALL && this.version !== "2") response.end(piece.toString("latin1"), "latin1");
    else (response as ServerResponse).end(piece);
  }

  abort(): void {
    const response = this.#response;
    if ("stream" in response && response.stream) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else response.destroy();
  }

  sendContinue(): void {
    this.#response.writeContinue();
  }

  sendHints(links: readonly string[]): void {
    this.#response.writeEarlyHints({ link: [...links] });
  }

  onDrain(listener: () => void): void {
    this.#response.on("drain", listener);
  }

  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }
}

function bodyOf(request: AnyRequest, response: AnyResponse, { version }: RequestFacts): RequestBody | undefined {
  const { headers } = request;
  const length = headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
  // HTTP/2 says by its frames whether something follows.
  const none = version === "2" ? (request as Http2ServerRequest).stream.endAfterHeaders : !headers["transfer-encoding"];
  if (none && (version === "2" || !length)) return undefined;
  return {
    stream: request,
    length,
    trailers: () => request.rawTrailers,
    discard() {
      if (request.destroyed) return;
      request.resume();
      // The client has its answer whole, and is told that the rest is not wanted (RFC 9113, 8.1).
      if (version === "2" && response.writableEnded)
        return (request as Http2ServerRequest).stream.close(constants.NGHTTP2_NO_ERROR);
      const timer = setTimeout(() => request.destroy(), DISCARD_MS);
      request.once("close", () => clearTimeout(timer));
    },
  };
}

function addTrailers(response: AnyResponse, trailers: readonly string[]): void {
  if ("shouldKeepAlive" in response) response.addTrailers(pairs(trailers));
  else response.addTrailers(replyFor2(trailers));
}

function pairs(flat: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index < flat.length; index += 2) list.push([flat[index] ?? "", flat[index + 1] ?? ""]);
  return list;
}
