// The server's hold on its proxies: publishes tables to them, hears of use, wakes and lost backends, and knows when a
// container has its last request behind it. Starting processes is proxy-fleet's matter.

import { setTimeout as pause } from "node:timers/promises";
import type { ProxyMessage, RouteUse } from "../../proxy/types.ts";
import { type ControlPeer, type ControlSocket, openControlSocket } from "./control-socket.ts";
import { type TableContent, TableLog } from "./table-log.ts";

/** Who hears what proxies say. */
export interface ProxyListener {
  /** Somebody wants a route that sleeps; may come several times. */
  onWake(route: string): void;
  /** Use of all routes of one proxy since its report before; what it does not name is not in use. */
  onUse(proxy: string, at: number, routes: readonly RouteUse[]): void;
  /** A proxy went away: what it said last no longer counts. */
  onGone?(proxy: string): void;
  /** A container could not be reached, or answers again. */
  onBackend?(route: string, container: string, ok: boolean): void;
  onTrouble?(why: string): void;
}

/** A proxy that is connected. */
export interface ProxyState {
  /** `pid 1234`. */
  readonly name: string;
  readonly pid: number;
  readonly version: number;
  readonly config: string | undefined;
  readonly listening: readonly string[];
  /** It was told to end, and answers what is under way. */
  readonly leaving: boolean;
}

/** Proxies that a server before this one left come back within this time (see the proxy's `ControlLink`). */
export const ADOPT_MS = 2_500;

interface Peer {
  readonly peer: ControlPeer;
  readonly state: ProxyState;
}

/** All proxies of this server. */
export class ProxyControl {
  readonly #listener: ProxyListener;
  readonly #log: TableLog;
  readonly #peers = new Map<ControlPeer, Peer>();
  readonly #acknowledged = new Map<ControlPeer, { readonly version: number; readonly busy: ReadonlySet<string> }>();
  readonly #watchers = new Set<() => void>();
  #socket: ControlSocket | undefined;
  #openedAt = Number.POSITIVE_INFINITY;

  constructor(listener: ProxyListener, nowMs: number = Date.now()) {
    this.#listener = listener;
    // Numbers of tables go on over restarts without being kept anywhere: there is less than one a millisecond.
    this.#log = new TableLog(nowMs);
  }

  /** @throws E_ROUTES_SOCKET */
  async open(path: string): Promise<void> {
    this.#openedAt = performance.now();
    this.#socket = await openControlSocket(path, {
      onMessage: (peer, message) => this.#take(peer, message),
      onGone: (peer) => this.#forget(peer),
      onTrouble: (why) => this.#listener.onTrouble?.(why),
    });
  }

  /** The proxies go on with what they have. */
  async close(): Promise<void> {
    await this.#socket?.close();
  }

  proxies(): readonly ProxyState[] {
    return [...this.#peers.values()].map(({ state }) => state);
  }

  /** Sends what is new; the number of the table. */
  publish(content: TableContent): number {
    const before = this.#log.version;
    const line = this.#log.publish(content);
    if (line === undefined) return before;
    for (const { peer, state } of this.#peers.values()) peer.send(state.version === before ? line : this.#log.whole());
    // What was sent counts as had: a proxy that could not use it says hello again.
    for (const [key, one] of this.#peers)
      this.#peers.set(key, { ...one, state: { ...one.state, version: this.#log.version } });
    return this.#log.version;
  }

  /** Ends a proxy: it takes nobody new and answers what is under way. */
  drainProxy(pid: number, withinMs: number): void {
    for (const [key, one] of this.#peers) {
      if (one.state.pid !== pid || one.state.leaving) continue;
      one.peer.send({ kind: "drain", withinMs });
      this.#peers.set(key, { ...one, state: { ...one.state, leaving: true } });
    }
  }

  /** Calls back whenever a proxy came, went or said what it serves; the answer ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Resolves when the proxies that were there before this server have had time to come back. */
  async adopted(signal?: AbortSignal): Promise<void> {
    const left = this.#openedAt + ADOPT_MS - performance.now();
    if (left > 0 && left < Number.POSITIVE_INFINITY) await pause(left, undefined, { signal });
  }

  /** Every proxy serves this table or a later one, and none has requests on these containers. */
  isQuiet(version: number, containers: readonly string[]): boolean {
    return [...this.#acknowledged.values()].every(
      (said) => said.version >= version && !containers.some((container) => said.busy.has(container)),
    );
  }

  /** Resolves when every proxy serves this table, or the time for that is over. */
  served(version: number, withinMs: number): Promise<void> {
    if (this.isQuiet(version, [])) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        unwatch();
        resolve();
      };
      const timer = setTimeout(end, withinMs);
      const unwatch = this.watch(() => this.isQuiet(version, []) && end());
    });
  }

  #take(peer: ControlPeer, message: ProxyMessage): void {
    if (message.kind === "hello") return void this.#greet(peer, message);
    const known = this.#peers.get(peer);
    if (!known) return;
    const { name } = known.state;
    if (message.kind === "wake") this.#listener.onWake(message.route);
    else if (message.kind === "use") this.#listener.onUse(name, message.at, message.routes);
    else if (message.kind === "backend") this.#listener.onBackend?.(message.route, message.backend, message.ok);
    else if (message.kind === "trouble") this.#listener.onTrouble?.(`proxy ${name}: ${message.message}`);
    else {
      const busy = new Set(message.busy.filter(({ open }) => open > 0).map(({ backend }) => backend));
      this.#acknowledged.set(peer, { version: message.version, busy });
      this.#changed();
    }
  }

  #greet(peer: ControlPeer, hello: Extract<ProxyMessage, { readonly kind: "hello" }>): void {
    const { pid, config, listening = [] } = hello;
    const version = this.#log.begun ? this.#log.version : hello.version;
    // It says hello again for a whole table: that takes no order back.
    const leaving = this.#peers.get(peer)?.state.leaving ?? false;
    const state = { name: `pid ${pid}`, pid, version, config, listening, leaving };
    this.#peers.set(peer, { peer, state });
    // A server that was just started lets the proxies serve the table of its predecessor until it has looked around.
    if (this.#log.begun) peer.send(this.#log.whole());
    this.#acknowledged.set(peer, { version: 0, busy: new Set() });
    this.#changed();
  }

  #forget(peer: ControlPeer): void {
    const known = this.#peers.get(peer);
    this.#peers.delete(peer);
    this.#acknowledged.delete(peer);
    if (known) this.#listener.onGone?.(known.state.name);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
