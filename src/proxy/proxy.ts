// A proxy process put together: open ports, the link to the server, the regular reports, and its end. Everything that it
// serves comes from the server; without a table it serves nothing but excuses.

import { Crowd, type Member } from "../base/crowd.ts";
import type { AccessLog } from "./access-log.ts";
import type { BackendPool } from "./backend/pool.ts";
import { Certificates } from "./client/certificates.ts";
import type { Exchange } from "./client/exchange.ts";
import { type Address, type Front, openPlain, openSecure } from "./client/front.ts";
import { trustOf } from "./client/origin.ts";
import { type Carry, carryRequest, serve } from "./client/serve.ts";
import { carryUpgrade } from "./client/switch-over.ts";
import { ControlLink } from "./link/control-link.ts";
import { LiveRoutes } from "./routing/live-routes.ts";
import { DEFAULT_SETTINGS, type ProxySettings, type Surroundings } from "./surroundings.ts";
import { TcpPorts } from "./tcp-ports.ts";
import type { ProxyMessage, ProxyOrder, ProxyTable } from "./types.ts";

/** What a proxy is started with. */
export interface ProxyOptions {
  /** Of the server. */
  readonly control: string;
  readonly http?: Address | undefined;
  readonly https?: Address | undefined;
  /** Where TCP routes listen. */
  readonly tcpHost?: string | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly settings?: Partial<ProxySettings> | undefined;
  readonly accessLog?: AccessLog | undefined;
  /** Told to the server, see `hello`. */
  readonly config?: string | undefined;
  readonly onTrouble?: ((why: string) => void) | undefined;
  /** Called when the server orders the end, or is gone for good; the process then calls `drain`. */
  readonly onDrain?: ((withinMs: number) => void) | undefined;
}

/** A running proxy. */
export interface RunningProxy {
  /** Where it listens, plain HTTP first. */
  readonly listening: readonly string[];
  /** Takes nobody new, waits for what is under way, at most `withinMs`, then ends everything. */
  drain(withinMs: number): Promise<void>;
}

const CHECK_MS = 250;
const SWEEP_MS = 1_000;
/** For requests under way when it ends because its server's folder is gone. */
const FORSAKEN_DRAIN_MS = 30_000;
/** A process that just started waits so long for its first table before it says that it serves nothing. */
const FIRST_TABLE_MS = 2_000;
/** Unused connections of clients whose next request may be on its way get so long. */
const LAST_REQUEST_MS = 1_000;

/** Starts one. @throws E_PROXY_LISTEN */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const proxy = new ProxyProcess(options);
  await proxy.open();
  return proxy;
}

interface OpenExchange extends Member {
  readonly exchange: Exchange;
}

class ProxyProcess implements RunningProxy {
  readonly #options: ProxyOptions;
  readonly #around: Surroundings;
  readonly #routes: LiveRoutes;
  readonly #certificates = new Certificates();
  readonly #tcp: TcpPorts;
  readonly #open = new Crowd<OpenExchange>();
  readonly #fronts: Front[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #link: ControlLink | undefined;
  #rest: Omit<ProxyTable, "version" | "routes"> | undefined;
  #version = 0;
  /** Requests that came before the first table. */
  readonly #early: (() => void)[] = [];
  /** The first table has come, or none came in time and there are excuses. */
  #serving = false;
  #ending = false;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#around = this.#surroundings();
    this.#routes = new LiveRoutes(this.#around.settings.share);
    this.#tcp = new TcpPorts(options.tcpHost ?? "0.0.0.0", this.#around, () => this.#fronts.map(({ port }) => port));
  }

  get listening(): readonly string[] {
    return this.#fronts.map((front) => front.address);
  }

  async open(): Promise<void> {
    const { http, https, control } = this.#options;
    const settings = this.#around.settings;
    const events = {
      onRequest: (exchange: Exchange) => this.#take(exchange, carryRequest),
      onUpgrade: (exchange: Exchange) => this.#take(exchange, carryUpgrade),
    };
    if (http) this.#fronts.push(await openPlain(http, settings, events));
    const secure = https && (await openSecure(https, settings, this.#certificates, events));
    if (secure) this.#fronts.push(secure);
    this.#renew = () => secure?.renew();
    this.#every(CHECK_MS, () => this.#check());
    this.#every(SWEEP_MS, () => this.#routes.sweep(Date.now()));
    this.#every(settings.reportMs, () => this.#report());
    this.#link = new ControlLink(control, settings.forsakenMs, {
      hello: () => this.#hello(),
      onOrder: (order) => this.#obey(order),
      onTrouble: (why) => this.#options.onTrouble?.(why),
      onForsaken: () => this.#options.onDrain?.(FORSAKEN_DRAIN_MS),
    });
    setTimeout(() => this.#beginServing(), FIRST_TABLE_MS).unref();
  }

  async drain(withinMs: number): Promise<void> {
    this.#ending = true;
    for (const front of this.#fronts) front.close();
    this.#tcp.close();
    const until = Date.now() + withinMs;
    const least = Date.now() + Math.min(withinMs, LAST_REQUEST_MS);
    while (Date.now() < least || (Date.now() < until && this.#open.size + this.#tcp.open > 0)) await pause(20);
    for (const timer of this.#timers) clearInterval(timer);
    this.#tcp.destroy();
    for (const { exchange } of this.#open.all()) exchange.abort();
    for (const front of this.#fronts) front.destroy();
    this.#report();
    for (const route of this.#routes.all()) route.close();
    await this.#link?.close();
    await this.#options.accessLog?.end();
  }

  #renew: () => void = () => undefined;

  #surroundings(): Surroundings {
    const { settings, trustedProxies, accessLog } = this.#options;
    return {
      settings: { ...DEFAULT_SETTINGS, ...settings },
      trust: trustOf(trustedProxies ?? []),
      now: Date.now,
      tell: (message) => void this.#link?.tell(message),
      watched: new Crowd(),
      released: (pool) => this.#released(pool),
      ending: () => this.#ending,
      signOn: () => this.#rest?.signOn,
      log: accessLog && ((entry) => accessLog.add(entry)),
    };
  }

  #take(exchange: Exchange, carry: Carry): void {
    const open = { exchange, place: -1 };
    this.#open.add(open);
    exchange.onClose(() => this.#open.delete(open));
    // It has just started: its table is on the way, and the other processes would have answered.
    if (this.#serving) this.#serve(exchange, carry);
    else this.#early.push(() => open.place >= 0 && this.#serve(exchange, carry));
  }

  #beginServing(): void {
    this.#serving = true;
    for (const serveOne of this.#early.splice(0)) serveOne();
  }

  #serve(exchange: Exchange, carry: Carry): void {
    const directory = this.#rest && { routes: this.#routes.map, challenges: this.#rest.challenges };
    try {
      serve(exchange, directory, this.#around, carry);
    } catch (error) {
      // A mistake of ours costs one request, not those of everybody else.
      this.#options.onTrouble?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
      exchange.abort();
    }
  }

  #obey(order: ProxyOrder): void {
    if (order.kind === "drain") return void this.#options.onDrain?.(order.withinMs);
    const now = Date.now();
    if (order.kind === "table") {
      this.#routes.replace(order.table.routes, now);
      this.#setRest(order.table);
      this.#version = order.table.version;
    } else {
      // A change of another table than ours: the whole one follows our hello.
      if (order.from !== this.#version) return void this.#link?.tell(this.#hello());
      this.#routes.change(order.routes, order.gone, now);
      if (order.rest) this.#setRest(order.rest);
      this.#version = order.version;
    }
    if (!this.#ending) this.#tcp.apply(this.#routes.all());
    this.#beginServing();
    this.#sayServing();
    // Those that asked while the server was away, or asked a server that is gone: another one begins with a whole table.
    const anew = order.kind === "table";
    for (const route of this.#routes.all())
      if (route.awaited && route.mayAskToWake(now, anew)) this.#around.tell({ kind: "wake", route: route.spec.id });
  }

  #setRest({ certificates, challenges, signOn }: Omit<ProxyTable, "version" | "routes">): void {
    this.#rest = { certificates, challenges, signOn };
    this.#certificates.replace(certificates);
    try {
      this.#renew();
    } catch (error) {
      this.#around.tell({ kind: "trouble", message: `a certificate cannot be used: ${String(error)}` });
    }
  }

  #hello(): ProxyMessage {
    const { config } = this.#options;
    return { kind: "hello", pid: process.pid, version: this.#version, config, listening: this.listening };
  }

  #sayServing(): void {
    this.#link?.tell({ kind: "serving", version: this.#version, busy: this.#routes.busy() });
  }

  #released(pool: BackendPool): void {
    if (pool.draining || pool.closed) this.#sayServing();
  }

  #check(): void {
    const now = Date.now();
    for (const watched of this.#around.watched.all()) watched.check(now);
  }

  // Kept until the server hears of it.
  #report(): void {
    if (!this.#link?.connected) return;
    const now = Date.now();
    const routes = this.#routes.uses(now);
    // Nothing is said too: a proxy that is silent is one that may be gone.
    this.#link.tell({ kind: "use", at: now / 1000, routes });
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(work, ms));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
