// The server's socket: accepts connections and hands requests to whoever answers them at the moment, so that the
// application can be exchanged without refusing anybody. Knows time-outs and the end, no routes.

import { lstat, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { carryUpgrade } from "../services/api/web-socket.ts";
import type { ListenAddress } from "../site/server-config.ts";
import { fail } from "./errors.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A listening server. */
export interface Listener {
  /** Base URL; of a socket of the file system `unix:/path`. */
  readonly url: string;
  /** From now on this one answers new requests. Resolves when the last request of the one before is answered. */
  exchange(answer: Answer): Promise<void>;
  /** Accepts nobody any more, waits for the requests under way, at most `ms`, then ends every connection. */
  close(ms: number): Promise<void>;
}

// A credential with logins for several registries is longer than the 16 KiB that Node allows all headers.
const LIMITS = {
  maxHeaderSize: 64 * 1024,
  headersTimeout: 20_000,
  requestTimeout: 60_000,
  // Longer than the idle time of the usual proxies, so that they close first and never send into a closing connection.
  keepAliveTimeout: 75_000,
  // Whoever offers HTTP/2 besides is answered as if he had not.
  shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === "websocket",
};

/** @throws E_SERVE_ADDRESS */
export async function openListener(address: ListenAddress, answer: Answer): Promise<Listener> {
  const server = createServer(LIMITS);
  let group = new RequestGroup(answer);
  let closing = false;
  server.on("request", (request, response) => {
    if (closing) response.shouldKeepAlive = false;
    group.take(request, response);
  });
  // Connections that left HTTP are no longer the server's to end.
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    // A connection that breaks is no fault of ours; who uses it hears of its end.
    socket.on("error", () => socket.destroy());
    group.take(request, carryUpgrade(request, socket, head));
  });
  await listen(server, address);
  return {
    url: urlOf(server, address),
    exchange(next) {
      const before = group;
      group = new RequestGroup(next);
      return before.empty();
    },
    async close(ms) {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.race([group.empty(), patience(ms)]);
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

/** The requests that one application answers. */
class RequestGroup {
  readonly #answer: Answer;
  #open = 0;
  #waiting: (() => void)[] = [];

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    this.#open++;
    response.once("close", () => {
      this.#open--;
      if (this.#open > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting = [];
    });
    this.#answer(request, response);
  }

  empty(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

async function listen(server: Server, address: ListenAddress): Promise<void> {
  if (address.kind === "unix") await removeStale(address.path);
  const where = address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const why = errnoOf(cause) === "EADDRINUSE" ? "it is in use" : reasonOf(cause);
      reject(fail("E_SERVE_ADDRESS", { address: printAddress(address), why }, { cause }));
    });
    // As many as the kernel lets wait (net.core.somaxconn): a batch job starts thousands of clients at once.
    server.listen({ ...where, backlog: 65_535 }, resolve);
  });
}

// The socket of a server that was killed is still there, and nobody behind it.
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSocket()) return;
  const alive = await new Promise<boolean>((resolve) => {
    const connection = connect(path);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", (error) => resolve(errnoOf(error) !== "ECONNREFUSED"));
  });
  if (!alive) await rm(path, { force: true });
}

function urlOf(server: Server, address: ListenAddress): string {
  if (address.kind === "unix") return printAddress(address);
  const { address: host, port, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}

function printAddress(address: ListenAddress): string {
  return address.kind === "unix" ? `unix:${address.path}` : `${address.host}:${address.port}`;
}
