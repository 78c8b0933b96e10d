// The proxy's open ports for HTTP: accepts connections, keeps slow and broken ones at bay, and makes exchanges of requests.
// HTTP/1.1 everywhere, HTTP/2 where TLS agrees on it. Knows no routes.

import { createServer, type IncomingMessage, type Server } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { type AddressInfo, Server as NetServer } from "node:net";
import type { Duplex } from "node:stream";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { ProxySettings } from "../surroundings.ts";
import { answer } from "./answers.ts";
import type { Certificates } from "./certificates.ts";
import { type AnyRequest, type AnyResponse, type Exchange, makeExchange, type RequestFacts } from "./exchange.ts";
import { type Refusal, readRequest } from "./read-request.ts";
import { type UpgradeExchange, upgradeExchange } from "./upgrade-exchange.ts";

/** Who takes what comes in. */
export interface FrontEvents {
  onRequest(exchange: Exchange): void;
  onUpgrade(exchange: UpgradeExchange): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An open port. */
export interface Front {
  /** `127.0.0.1:8080`. */
  readonly address: string;
  readonly port: number;
  /** No new connections; those that are there go on. */
  close(): void;
  /** Ends every connection. */
  destroy(): void;
}

// `h2c` would let a client speak to the backend in a protocol that nobody here reads.
const mayUpgrade = (request: IncomingMessage) => !/\bh2c\b|^tls/i.test(request.headers.upgrade ?? "");

/** Opens the port for plain HTTP. @throws E_PROXY_LISTEN */
export async function openPlain(address: Address, settings: ProxySettings, events: FrontEvents): Promise<Front> {
  const options = { ...limits(settings), shouldUpgradeCallback: mayUpgrade };
  const server = createServer(options);
  attach(server, settings, events);
  await listen(server, address);
  return {
    ...where(server),
    // Not http's own close: that cuts connections whose next request may be on its way. They end with the next answer.
    close: () => void NetServer.prototype.close.call(server),
    destroy: () => server.closeAllConnections(),
  };
}

/** Opens the port for TLS. @throws E_PROXY_LISTEN */
export async function openSecure(
  address: Address,
  settings: ProxySettings,
  certificates: Certificates,
  events: FrontEvents,
): Promise<Front & { renew(): void }> {
  const server = createSecureServer({
    ...limits(settings),
    allowHTTP1: true,
    // Megabytes. The default of 10 is less than 128 answers take that a client reads slowly.
    maxSessionMemory: 32,
    minVersion: "TLSv1.2",
    handshakeTimeout: settings.headMs,
    settings: { maxConcurrentStreams: 128, maxHeaderListSize: settings.headBytes },
    SNICallback: (name, done) => {
      try {
        done(null, certificates.find(name));
      } catch (error) {
        done(error instanceof Error ? error : new Error(reasonOf(error)));
      }
    },
  });
  const sessions = new Set<ServerHttp2Session>();
  Object.assign(server, { headersTimeout: settings.headMs, requestTimeout: 0, keepAliveTimeout: settings.idleMs });
  attach(server, settings, events);
  server.on("session", (session) => {
    sessions.add(session);
    session.setTimeout(settings.idleMs, () => session.close());
    session.on("error", () => session.destroy());
    session.once("close", () => sessions.delete(session));
  });
  const sockets = new Set<Duplex>();
  server.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, address);
  return {
    ...where(server),
    close() {
      NetServer.prototype.close.call(server);
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
    renew() {
      const first = certificates.first();
      if (first) server.setSecureContext({ ...first, minVersion: "TLSv1.2" });
    },
  };
}

function limits({ headMs, idleMs, headBytes }: ProxySettings) {
  return {
    maxHeaderSize: headBytes,
    headersTimeout: headMs,
    // Uploads may take hours; who sends next to nothing is found by Upload.
    requestTimeout: 0,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(2_000, headMs),
    requireHostHeader: false,
    noDelay: true,
    // A machine that lost its power says nothing: its connections would be open, and in use, for ever.
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  };
}

function attach(server: Server | Http2SecureServer, { connections }: ProxySettings, events: FrontEvents): void {
  server.maxConnections = connections;
  // Cut off in silence, a reader of `rawHeaders` would not see what the parser saw: the size is the limit.
  if ("maxHeadersCount" in server) server.maxHeadersCount = 0;
  const queues = new WeakMap<Duplex, Queue>();
  const take = (request: AnyRequest, response: AnyResponse) => {
    if (request.httpVersionMajor === 1 && !queueUp(queues, request, response)) return;
    const facts = readRequest(request);
    if ("why" in facts) {
      refused.add(request.socket);
      refuse(makeExchange(request, response, UNREAD), facts);
    } else events.onRequest(makeExchange(request, response, facts));
  };
  const http = server as Server;
  // What follows a request that was refused is not read, and above all not answered.
  const refused = new WeakSet<Duplex>();
  http.on("connect", (request, socket) => {
    if (request.httpVersionMajor === 1) endWith(socket, "405 Method Not Allowed");
    else (socket as unknown as Http2ServerResponse).writeHead(405).end();
  });
  http.on("request", take).on("checkContinue", take).on("checkExpectation", take);
  http.on("upgrade", (request, socket, first) => {
    const facts = readRequest(request);
    if ("why" in facts || request.headers["transfer-encoding"] || Number(request.headers["content-length"] ?? 0) > 0)
      return endWith(socket, "400 Bad Request");
    if (!mayUpgrade(request)) return endWith(socket, "400 Bad Request");
    events.onUpgrade(upgradeExchange(request, socket, first, facts));
  });
  http.on("clientError", (error, socket) => {
    // Of a refused one the answer ends the connection.
    if (!refused.has(socket)) answerBroken(error, socket, queues.get(socket));
  });
  http.on("tlsClientError", (_, socket) => socket.destroy());
}

// What a request that could not be read has instead of its facts.
const UNREAD: RequestFacts = {
  ...({ method: "GET", target: "/", host: "", authority: "", secure: false, peer: "", version: "1.1" } as const),
  headers: [],
  expectsContinue: false,
};

function refuse(exchange: Exchange, { status, why }: Refusal): void {
  answer(exchange, { status, title: "Bad request", detail: why, last: true });
}

const BROKEN: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function answerBroken(error: Error, socket: Duplex, queue: Queue | undefined): void {
  // In the middle of another answer it would be taken for a part of that.
  const amid = queue !== undefined && (queue.open > 1 || (queue.open === 1 && queue.last.headersSent));
  if (!socket.writable || errnoOf(error) === "ECONNRESET" || amid) return void socket.destroy();
  endWith(socket, BROKEN[errnoOf(error) ?? ""] ?? "400 Bad Request");
}

// Node does not look after a socket that it gave away: without a listener its errors would end the process.
function endWith(socket: Duplex, status: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** The requests of one connection of HTTP/1 that have no whole answer yet. */
interface Queue {
  open: number;
  last: AnyResponse;
}

/** Sent without waiting for answers; over HTTP/2 it is 128. */
const PIPELINED_AT_MOST = 100;

// False: the client sent more at once than it may, and is cut off.
function queueUp(queues: WeakMap<Duplex, Queue>, { socket }: AnyRequest, response: AnyResponse): boolean {
  const queue = queues.get(socket) ?? { open: 0, last: response };
  if (queue.open === 0) queues.set(socket, queue);
  queue.last = response;
  response.once("close", () => queue.open--);
  if (++queue.open > PIPELINED_AT_MOST) socket.destroy();
  return !socket.destroyed;
}

async function listen(server: NetServer, { host, port }: Address): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const why = errnoOf(cause) === "EADDRINUSE" ? "it is in use" : reasonOf(cause);
      reject(fail("E_PROXY_LISTEN", { address: `${host}:${port}`, why }, { cause }));
    });
    server.listen({ host, port, reusePort: true, backlog: 65_535 }, () => {
      // A connection that could not be accepted is no reason to end.
      server.on("error", () => undefined);
      resolve();
    });
  });
}

function where(server: NetServer): { readonly address: string; readonly port: number } {
  const { address, port, family } = server.address() as AddressInfo;
  return { address: family === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`, port };
}
