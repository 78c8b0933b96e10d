// Routes of bare TCP: each listens on a port of its own, wakes its service when somebody connects, and joins the client with
// a backend. The client is not read before there is a backend, so nothing has to be kept.

import { createServer, type Server, type Socket } from "node:net";
import { reasonOf } from "../base/errors.ts";
import { connectBackend } from "./backend/connection.ts";
import type { BackendPool } from "./backend/pool.ts";
import { join } from "./client/join.ts";
import type { LiveRoute } from "./routing/live-route.ts";
import type { OpenUse } from "./routing/use.ts";
import type { Surroundings } from "./surroundings.ts";

const CONNECT_MS = 5_000;
const AGAIN_MS = 50;
/** Without wake rules, while containers are replaced. */
const REPLACED_MS = 10_000;

/** The ports of all TCP routes. */
export class TcpPorts {
  readonly #around: Surroundings;
  readonly #host: string;
  readonly #own: () => readonly number[];
  readonly #ports = new Map<number, { readonly server: Server; route: LiveRoute }>();
  readonly #sockets = new Set<Socket>();

  /** `own`: ports of the proxy itself. Shared ports are asked for, so the kernel would let a route have a half of them. */
  constructor(host: string, around: Surroundings, own: () => readonly number[]) {
    this.#host = host;
    this.#around = around;
    this.#own = own;
  }

  /** Listens where the table says; connections of ports that are gone go on. */
  apply(routes: Iterable<LiveRoute>): void {
    const wanted = new Map<number, LiveRoute>();
    for (const route of routes)
      if (route.spec.protocol === "tcp" && route.spec.listen !== undefined) wanted.set(route.spec.listen, route);
    for (const [port, { server }] of this.#ports) {
      if (wanted.has(port)) continue;
      server.close();
      this.#ports.delete(port);
    }
    for (const [port, route] of wanted) {
      const open = this.#ports.get(port);
      if (open) open.route = route;
      else if (this.#own().includes(port)) this.#tellTrouble(port, route, "it is the proxy's own");
      else this.#listen(port, route);
    }
  }

  /** No new connections. */
  close(): void {
    for (const { server } of this.#ports.values()) server.close();
    this.#ports.clear();
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** Ends the connections too. */
  destroy(): void {
    this.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(port: number, route: LiveRoute): void {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true });
    server.maxConnections = this.#around.settings.connections;
    server.on("connection", (socket) => this.#take(socket, this.#ports.get(port)?.route ?? route));
    server.on("error", (error) => {
      this.#ports.delete(port);
      this.#tellTrouble(port, route, reasonOf(error));
    });
    server.listen({ port, host: this.#host, reusePort: true });
    this.#ports.set(port, { server, route });
  }

  #tellTrouble(port: number, route: LiveRoute, why: string): void {
    this.#around.tell({ kind: "trouble", route: route.spec.id, message: `port ${port} cannot be had: ${why}` });
  }

  #take(socket: Socket, route: LiveRoute): void {
    const visit = new TcpVisit(socket, route, this.#around);
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#sockets.delete(socket);
      visit.stop();
    });
    if (route.overLimit(this.#around.now()) !== undefined) visit.refuse();
    else visit.go();
  }
}

/** One connection of a client. */
class TcpVisit {
  readonly #socket: Socket;
  readonly #route: LiveRoute;
  readonly #around: Surroundings;
  readonly #use: OpenUse;
  readonly #until: number;
  #giveUp: (() => void) | undefined;
  #pool: BackendPool | undefined;
  #tried: Set<BackendPool> | undefined;
  #joined = false;

  constructor(socket: Socket, route: LiveRoute, around: Surroundings) {
    this.#socket = socket;
    this.#route = route;
    this.#around = around;
    this.#use = route.use.begin(around.now());
    this.#until = around.now() + (route.spec.wake?.holdMs ?? REPLACED_MS);
  }

  go(): void {
    const now = this.#around.now();
    const { spec } = this.#route;
    this.#giveUp = undefined;
    if (this.#socket.destroyed) return;
    if (spec.state === "down" || now > this.#until) return void this.refuse();
    if (spec.state === "asleep" && !spec.wake) return void this.refuse();
    if (this.#route.mayAskToWake(now)) this.#around.tell({ kind: "wake", route: spec.id });
    const pool = spec.state === "ready" ? this.#route.choose(now, this.#tried) : undefined;
    if (pool) this.#connect(pool);
    else this.#wait();
  }

  stop(): void {
    this.#giveUp?.();
    this.#giveUp = undefined;
    this.#route.use.end(this.#use, this.#around.now(), this.#route.spec.wake?.quietConnectionMs);
    if (!this.#joined) this.#release();
  }

  #connect(pool: BackendPool): void {
    this.#pool = pool;
    pool.open++;
    this.#giveUp = connectBackend(pool, CONNECT_MS, true, (backend) => {
      this.#giveUp = undefined;
      if (backend) return this.#join(backend, pool);
      this.#release();
      this.#tried ??= new Set();
      this.#tried.add(pool);
      if (pool.noteFailure(this.#around.now())) this.#tell(pool, false);
      this.go();
    });
  }

  #join(backend: Socket, pool: BackendPool): void {
    if (pool.noteSuccess()) this.#tell(pool, true);
    this.#joined = true;
    const { use } = this.#route;
    join(this.#socket, backend, {
      onBytes: (direction, bytes) => {
        this.#use.lastBytes = Date.now();
        if (direction === "up") use.receivedBytes += bytes;
        else use.sentBytes += bytes;
      },
      onClose: () => this.#release(),
    });
  }

  #wait(): void {
    this.#tried = undefined;
    const again = () => {
      this.#giveUp?.();
      this.go();
    };
    const stopWaiting = this.#route.wait(again);
    if (!stopWaiting) return void this.refuse();
    // While it sleeps only the table can change that, or the end of the patience.
    const ready = this.#route.spec.state === "ready";
    const timer = setTimeout(again, ready ? AGAIN_MS : Math.max(1, this.#until - this.#around.now() + 1));
    this.#giveUp = () => {
      clearTimeout(timer);
      stopWaiting();
    };
  }

  /** A reset rather than an end: an empty answer would be one. */
  refuse(): void {
    this.#route.use.failures++;
    this.#socket.resetAndDestroy();
  }

  #release(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    if (!pool) return;
    pool.open--;
    if (pool.open === 0) this.#around.released(pool);
  }

  #tell(pool: BackendPool, ok: boolean): void {
    this.#around.tell({ kind: "backend", route: this.#route.spec.id, backend: pool.id, ok });
  }
}
