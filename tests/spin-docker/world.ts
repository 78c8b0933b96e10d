// spin-docker's interface over a real engine, as a server has it: a store of its own, a port of its own, and images that
// report, listen, or refuse to end.

import { randomUUID } from "node:crypto";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { silent } from "../../src/base/log.ts";
import { passwordCheck } from "../../src/services/containers/password.ts";
import { SpinContainers } from "../../src/services/containers/spin-containers.ts";
import { spinRoutes } from "../../src/services/containers/spin-routes.ts";
import { connectEngine, LiveContainers } from "../../src/services/engine/index.ts";
import type { ContainerPlan, Engine } from "../../src/services/engine/types.ts";
import { checkInTokens } from "../../src/services/idle/check-in-token.ts";
import { CheckInDesk } from "../../src/services/idle/check-ins.ts";
import { makeSteadyClock, type SteadyClock } from "../../src/services/idle/steady-clock.ts";
import { HandClock } from "../../src/services/idle/testing.ts";
import type { SpinDockerConfig } from "../../src/site/services/idle.ts";
import type { Store } from "../../src/store/index.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import type { TestEngine } from "../support/engine.ts";

/** Settings of a world; what is not said is as spin-docker's playbook has it. */
export type Settings = Partial<SpinDockerConfig> & {
  readonly trustedProxies?: readonly string[];
  readonly clock?: SteadyClock;
  readonly retryMs?: number;
};

const DEFAULTS: SpinDockerConfig = {
  password: { text: "spindocker" },
  environment: "development",
  timeouts: true,
  initialMs: 7_200_000,
  intervalMs: 1_800_000,
  state: "events",
  staleMeans: "idle",
};

/** The header of the right password. */
export const ADMIN = basic("admin", "spindocker");

export function basic(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of all shapes, compared by the tests
  readonly json: any;
}

export interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** A container as the interface shows it. */
export type Shown = Readonly<Record<string, string>>;

/** A server over an engine. */
export class World {
  readonly engine: Engine;
  readonly site: string;
  readonly live: LiveContainers;
  readonly test: TestEngine;
  readonly store: Store;
  readonly #settings: Settings;
  readonly tokens = checkInTokens(Buffer.alloc(32, 7));
  spin: SpinContainers;
  #app: FastifyInstance | undefined;
  port = 0;

  private constructor(parts: Pick<World, "engine" | "site" | "live" | "test" | "store">, settings: Settings) {
    ({ engine: this.engine, site: this.site, live: this.live, test: this.test, store: this.store } = parts);
    this.#settings = settings;
    this.spin = undefined as unknown as SpinContainers;
  }

  /** A new site on an engine that others use, too. */
  static async open(test: TestEngine, settings: Settings = {}): Promise<World> {
    const engine = withLimits(connectEngine({ address: test.address, timeoutMs: 60_000 }), test.kind);
    const site = `t-${randomUUID().slice(0, 8)}`;
    const live = new LiveContainers({ engine, site });
    await live.ready();
    const store = await openMemoryStore();
    const world = new World({ engine, site, live, test, store }, settings);
    await world.start();
    return world;
  }

  get clock(): SteadyClock | undefined {
    return this.#settings.clock;
  }

  /** Starts the server, again after `halt`. */
  async start(): Promise<void> {
    const config = { ...DEFAULTS, ...this.#settings };
    const { tokens } = this;
    const { clock = makeSteadyClock(), retryMs = 200, trustedProxies = [] } = this.#settings;
    this.spin = await SpinContainers.open({
      ...{ site: this.site, store: this.store, engine: this.engine, news: this.live, tokens, clock, retryMs },
      config: () => config,
      way: () => ({ port: this.port || undefined, url: undefined }),
      log: silent,
    });
    const takers = [(id: string, value: string) => this.spin.checkIn(id, value)];
    const desk = new CheckInDesk({ containers: this.live, tokens, by: () => "either", takers });
    // As the server has it.
    const routerOptions = { maxParamLength: 2048 };
    const app = fastify({ routerOptions, trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false });
    const checkIn = (given: Parameters<CheckInDesk["take"]>[0]) => desk.take(given);
    await app.register(spinRoutes({ containers: this.spin, password: await passwordCheck(config), checkIn }));
    await app.listen({ host: "0.0.0.0", port: this.port });
    this.port = (app.server.address() as AddressInfo).port;
    this.#app = app;
  }

  /** Ends the server; containers, records and timers stay. */
  async halt(): Promise<void> {
    await this.#app?.close();
    await this.spin.close();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.halt();
    const mine = await this.engine.containers({ labels: [`berth.site=${this.site}`] });
    await Promise.all(mine.map(({ id }) => this.engine.remove(id, { force: true })));
    await this.live.close();
    await this.store.close();
  }

  ask(method: string, path: string, { headers = {}, form, json, text }: Question = {}): Promise<Answer> {
    const [type, body] = form
      ? ["application/x-www-form-urlencoded", new URLSearchParams(form).toString()]
      : json !== undefined
        ? ["application/json", JSON.stringify(json)]
        : [undefined, text];
    const all = {
      ...(type ? { "content-type": type } : {}),
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    };
    return ask({ host: "127.0.0.1", port: this.port, method, path, headers: all }, body);
  }

  /** As `admin`. */
  admin(method: string, path: string, question: Question = {}): Promise<Answer> {
    return this.ask(method, path, { ...question, headers: { ...ADMIN, ...question.headers } });
  }

  /** Starts a container of an image. */
  async post(image = "sd/app"): Promise<Shown> {
    const { status, json, text } = await this.admin("POST", "/v1/containers", { form: { image } });
    if (status !== 201) throw new Error(`POST answered ${status}: ${text}`);
    return json as Shown;
  }

  async get(id: string | undefined): Promise<Shown> {
    return (await this.admin("GET", `/v1/containers/${id}`)).json as Shown;
  }

  async list(): Promise<readonly Shown[]> {
    return (await this.admin("GET", "/v1/containers")).json as readonly Shown[];
  }

  /** Resolves when a container is as wanted. */
  async until(id: string | undefined, status: string, withinMs = 30_000): Promise<Shown> {
    const end = Date.now() + withinMs;
    for (;;) {
      const shown = await this.get(id);
      if (shown["status"] === status) return shown;
      if (Date.now() > end) throw new Error(`${id} is ${shown["status"]}, not ${status}, after ${withinMs} ms`);
      await wait(25);
    }
  }

  /** Lets seconds pass, and everything happen that is due then. */
  async pass(seconds: number): Promise<void> {
    const { clock } = this.#settings;
    if (!(clock instanceof HandClock)) throw new Error("this world has the machine's clock");
    clock.advance(seconds);
    this.spin.lookNow();
    const due = () => this.spin.nextLook();
    for (let next = await due(); next !== undefined && next <= clock.now(); next = await due()) await wait(5);
  }

  /** Runs a program in a container; answers what it wrote. */
  async inside(id: string | undefined, script: string): Promise<string> {
    const argv = ["sh", "-c", script];
    const session = await this.engine.exec(id ?? "", { argv, tty: false, stdin: false });
    const parts: Buffer[] = [];
    for await (const { data } of session.output) parts.push(data);
    const code = await session.wait();
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${Buffer.concat(parts)}`);
    return Buffer.concat(parts).toString();
  }

  /** A check-in as a script in the container makes it: to its default gateway. */
  async checkInFrom(id: string | undefined, data: string, options = ""): Promise<string> {
    // News of a start take a moment.
    await this.live.refresh(id ?? "");
    const gateway = "$(ip route | sed -n 's/^default via \\([0-9.]*\\).*/\\1/p')";
    return this.inside(id, `wget -q -O - ${options} --post-data '${data}' http://${gateway}:${this.port}/v1/check-in`);
  }
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function ask(options: object, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        const isJson = response.headers["content-type"] === "application/json";
        const json: unknown = isJson && text !== "" ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

// Podman's API path cannot be told default limits, and root may not raise them on every machine.
function withLimits(engine: Engine, kind: TestEngine["kind"]): Engine {
  if (kind === "docker") return engine;
  const ulimits = { nofile: { soft: 1024, hard: 4096 }, nproc: { soft: 4096, hard: 4096 } };
  return { ...engine, create: (plan: ContainerPlan, wait) => engine.create({ ...plan, ulimits }, wait) };
}

// Ends at once when told to; listens on its ports.
const serving = (...ports: readonly number[]) => [
  "sh",
  "-c",
  `trap 'exit 0' TERM; ${ports.map((port) => `httpd -f -p ${port} -h /www &`).join(" ")} while :; do sleep 1000 & wait $!; done`,
];

/** Loads the images of the cases. */
export async function loadImages(engine: TestEngine): Promise<void> {
  await engine.image({ name: "sd/app:latest", cmd: serving(5432), expose: ["22/tcp", "5432/tcp"] });
  await engine.image({ name: "sd/ssh:latest", cmd: serving(22), expose: ["22/tcp"] });
  await engine.image({ name: "sd/web:latest", cmd: serving(80), expose: ["80/tcp"] });
  await engine.image({ name: "sd/many:latest", cmd: serving(80), expose: ["22/tcp", "8080/tcp", "80/tcp"] });
  await engine.image({ name: "sd/closed:latest", cmd: serving() });
  await engine.image({
    name: "sd/stubborn:latest",
    cmd: ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"],
    expose: ["80/tcp"],
  });
}
