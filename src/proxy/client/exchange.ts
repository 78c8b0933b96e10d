// One request of a client and the answer to it, whichever HTTP it came by. The rest of the proxy sees this and no sockets.
// Knows nothing of routes.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
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

/** Puts a request and its response together. */
export function makeExchange(request: AnyRequest, response: AnyResponse, facts: RequestFacts): Exchange {
  let sentBytes = 0;
  return {
    ...facts,
    body: bodyOf(request, facts),
    header: (name) => headerOf(request, name),
    get answered() {
      return response.headersSent;
    },
    get closed() {
      return response.destroyed || response.writableEnded;
    },
    get sentBytes() {
      return sentBytes;
    },
    begin: (status, reason, headers, last) => begin(response, status, reason, headers, last),
    write(piece) {
      sentBytes += piece.length;
      return (response as ServerResponse).write(piece);
    },
    end(piece, trailers) {
      if (piece) sentBytes += piece.length;
      if (trailers.length > 0) addTrailers(response, trailers);
      if (piece) (response as ServerResponse).end(piece);
      else response.end();
    },
    abort: () => abort(response),
    sendContinue: () => response.writeContinue(),
    sendHints: (links) => void response.writeEarlyHints({ link: [...links] }),
    onDrain: (listener) => void response.on("drain", listener),
    onClose: (listener) => void response.once("close", listener),
  };
}

function begin(response: AnyResponse, status: number, reason: string, headers: readonly string[], last: boolean): void {
  if (!("shouldKeepAlive" in response)) {
    response.writeHead(status, replyFor2(headers));
    return;
  }
  if (last) response.shouldKeepAlive = false;
  response.writeHead(status, reason, replyFor1(headers));
}

function abort(response: AnyResponse): void {
  if ("stream" in response && response.stream) response.stream.close(2);
  else response.destroy();
}

function headerOf(request: AnyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function bodyOf(request: AnyRequest, { version }: RequestFacts): RequestBody | undefined {
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
      request.resume();
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
