// A desk of services over a site in memory: recipes are read and judged by the real reader and the real rules, everything else is
// said, not done. For tests of the pages, which see the real routes with their schemas before it.

import { setTimeout as pause } from "node:timers/promises";
import { defineErrors } from "../../src/base/errors.ts";
import type { PolicyConfig } from "../../src/policy/config.ts";
import { explainRules } from "../../src/policy/explain.ts";
import { judgeStack } from "../../src/policy/judgements.ts";
import { SPIN } from "../../src/policy/profiles/spin.ts";
import { readStack } from "../../src/recipe/compose/index.ts";
import type { LiveDesk, SecretDesk, ServicesDesk, SiteDesk, StackDesk } from "../../src/services/desk/types.ts";
import type { Advance, Operation } from "../../src/services/stacks/types.ts";
import type { Deployment, Proposal, StackEvent, StackWish, Step } from "../../src/services/types.ts";
import * as data from "./sample-data.ts";

const POLICY: PolicyConfig = {
  ...SPIN,
  registries: new Map([["registry.example.org", { kind: "site", teams: true, shared: [] }]]),
};

const fail = defineErrors({
  E_SAMPLE_NONE: { text: "there is no {what} here", hint: "look at the list", http: 404 },
});

/** The desk, and what was asked of it. */
export interface SampleServices {
  readonly desk: ServicesDesk;
  readonly calls: string[];
  /** Tells everybody who follows. */
  happens(stack: string, message: string): void;
  /** Adds a line to the logs that are followed. */
  logs(count: number): void;
}

export function sampleServices(): SampleServices {
  const now = () => Date.now() / 1000;
  const calls: string[] = [];
  const listeners = new Set<(event: StackEvent) => void>();
  const lines = new Set<(count: number) => void>();
  let counter = 100;
  const happens = (stack: string, message: string) => {
    const event = { id: counter++, at: now(), stack, service: undefined, kind: "state", by: undefined, message };
    for (const listener of listeners) listener(event);
  };
  const parts = { now, calls, happens };
  const desk = {
    stacks: stackDesk(parts),
    live: liveDesk(parts, listeners, lines),
    secrets: secretDesk(parts),
    site: siteDesk(parts),
  };
  const logs = (count: number) => {
    for (const listener of lines) listener(count);
  };
  return { desk, calls, happens, logs };
}

interface Parts {
  readonly now: () => number;
  readonly calls: string[];
  readonly happens: (stack: string, message: string) => void;
}

function stackDesk({ now, calls, happens }: Parts): StackDesk {
  const stacks = data.sampleStacks(now());
  const deployments = data.sampleDeployments(now());
  let services = data.roverServices(now());
  const operation = (kind: Operation["kind"], stack: string, state: Operation["state"] = "under way"): Operation => ({
    ...{ id: "op1", stack, kind, service: undefined, by: { uid: 1000, user: "fred" }, at: now(), state },
    ...{ message: state === "done" ? "all services run" : undefined, finishedAt: undefined },
  });
  const noted = (what: string, stack: string) => {
    calls.push(`${what} ${stack}`);
    happens(stack, what);
  };
  const deployed = (kind: Deployment["kind"], stack: string, files: StackWish["files"]): Deployment => {
    noted(kind, stack);
    const made = {
      ...(deployments[0] as Deployment),
      id: `d${deployments.length + 1}`,
      number: deployments.length + 1,
    };
    const next: Deployment = { ...made, stack, kind, at: now(), state: "under way", files };
    deployments.unshift(next);
    return next;
  };
  const simple = (kind: Operation["kind"]) => async (_who: unknown, stack: string) => {
    noted(kind, stack);
    return operation(kind, stack);
  };
  return {
    list: async (_who, { match = "", mine }) => ({
      items: stacks
        .filter(({ name, title }) => `${name} ${title}`.includes(match))
        .filter((one) => !mine || one.mine !== "see"),
    }),
    show: async (_who, name) => {
      if (!stacks.some((stack) => stack.name === name)) throw fail("E_SAMPLE_NONE", { what: `stack ${name}` });
      return {
        ...data.roverStack(now()),
        name,
        services: services.map((one) => ({ ...one, stack: name })),
        mine: "change",
      };
    },
    service: async (_who, _stack, name) => services.find((one) => one.name === name) ?? services[0] ?? none(),
    propose: async (_who, wish) => propose(wish),
    diff: async (_who, { name }) => ({ stack: name, services: [], same: true }),
    up: async (_who, wish) => {
      const proposal = propose(wish);
      if (!proposal.allowed) return { begun: false, proposal };
      return { begun: true, proposal, deployment: deployed("up", wish.name, wish.files) };
    },
    down: async (_who, stack, { volumes }) => {
      noted(volumes ? "down with volumes" : "down", stack);
      return operation("down", stack);
    },
    upgrade: async (_who, stack) => deployed("upgrade", stack, [{ name: "compose.yaml", text: data.RECIPE }]),
    rollback: async (_who, stack) => deployed("rollback", stack, [{ name: "compose.yaml", text: data.RECIPE }]),
    ...{ confirm: simple("confirm"), stop: simple("stop"), start: simple("start"), restart: simple("restart") },
    scale: simple("scale"),
    wake: async (_who, stack, name) => {
      noted(`wake ${name}`, stack);
      services = services.map((one) => (one.name === name ? data.sampleService(name, "running", now()) : one));
      return data.sampleService(name, "running", now());
    },
    deployments: async () => ({ items: deployments }),
    deployment: async (_who, _stack, id) => deployments.find((one) => one.id === id) ?? none(),
    operations: async () => ({ items: [] }),
    operation: async (_who, stack) => operation("upgrade", stack),
    follow: (_who, stack, id) => news(operation(id === "op1" ? "down" : "upgrade", stack, "done"), now),
    files: async (_who, _stack, id) => (deployments.find((one) => one.id === id) ?? deployments[0])?.files ?? [],
    export: async () => none(),
  };
}

async function* news(operation: Operation, now: () => number): AsyncGenerator<Advance> {
  const steps: readonly Step[] = [
    {
      action: "pull",
      service: "web",
      target: "registry.example.org/rover/web:2.1",
      why: "the tag has another digest now",
    },
    { action: "create", service: "web", slot: 1, target: "rover-web-1", why: "its image changed" },
    { action: "start", service: "web", slot: 1, target: "rover-web-1", why: "it was made" },
    { action: "wait-healthy", service: "web", slot: 1, target: "rover-web-1", why: "it has a health check" },
  ];
  yield { kind: "phase", phase: "applying", at: now() };
  for (const step of steps) {
    for (const state of ["begun", "done"] as const) {
      yield { kind: "step", report: { step, state }, at: now() };
      await pause(20);
    }
  }
  yield { kind: "end", operation };
}

function propose(wish: StackWish): Proposal {
  const files = new Map(wish.files.map(({ name, text }) => [name, text]));
  const sources = wish.compose.map((name) => ({ name, text: files.get(name) ?? "" }));
  const { spec, places, notes } = readStack(sources, {
    read: (path) => files.get(path),
    name: wish.name,
    tags: wish.tags,
  });
  const found = spec ? judgeStack(spec, {}, POLICY, places) : [];
  // What would need facts of a real site is left out: nobody could repair it here.
  const findings = found.filter(({ certainty }) => certainty !== "unknown");
  const wrong = [...notes, ...findings].some(({ severity }) => severity === "error");
  const waves: Step[][] = (spec?.services ?? []).map(({ name }) => [
    { action: "create", service: name, slot: 1, target: `${wish.name}-${name}-1`, why: "there is none yet" },
  ]);
  return {
    spec: spec ?? { name: wish.name, tags: {}, services: [], networks: [], volumes: [], secrets: [], configs: [] },
    ...{ places, notes, findings, allowed: !wrong, plan: { stack: wish.name, waves, warnings: [] } },
  };
}

function liveDesk(
  { now, calls }: Parts,
  listeners: Set<(event: StackEvent) => void>,
  more: Set<(count: number) => void>,
): LiveDesk {
  const line = (stack: string, number: number, text?: string) => ({
    ...{ at: now() - 500 + number / 100, stack, service: number % 3 ? "web" : "api", container: "c", slot: 1 },
    stream: number % 7 ? ("stdout" as const) : ("stderr" as const),
    line: text ?? `GET /telemetry/${number} 200 in ${number % 40} ms`,
  });
  return {
    async logs(_who, stack, { follow, service, streams, since }, signal) {
      async function* lines() {
        let next = 0;
        const fits = (one: ReturnType<typeof line>) =>
          (service === undefined || one.service === service) && (streams === undefined || streams.includes(one.stream));
        if (since === undefined) while (next < 300) if (fits(line(stack, next++))) yield line(stack, next - 1);
        if (!follow) return;
        for await (const count of arrivals<number>(more, signal)) {
          for (const end = next + count; next < end; next++) if (fits(line(stack, next))) yield line(stack, next);
        }
      }
      return lines();
    },
    search: async (_who, { text }) => ({
      items: [1, 2, 3].map((n) => line("rover", n, `an ${text} in telemetry ${n}`)),
      cut: false,
    }),
    events: async (_who, { stack }) => ({
      items: [3, 2, 1].map((id) => ({
        ...{ id, at: now() - 1000 * (4 - id), stack, service: "api", kind: "health", by: undefined },
        message: "container 2 is unhealthy: GET /healthz answered 503",
      })),
    }),
    followEvents: async (_who, { after }, signal) => {
      if (after !== undefined) calls.push(`events after ${after}`);
      return arrivals<StackEvent>(listeners, signal);
    },
    exec: async (_who, { stack, service }, options) => {
      calls.push(`exec ${stack}/${service} ${options.argv.join(" ")}`);
      return echo(calls);
    },
    activity: async () => [
      ...data.roverServices(now()).map(({ stack, name, state, idle }) => ({ stack, service: name, state, idle })),
      ...data
        .sampleStacks(now())
        .slice(1)
        .flatMap(({ name, state }) =>
          ["web", "db", "util-harvest"].map((service) => ({
            ...{ stack: name, service },
            state: state === "asleep" || state === "stopped" || state === "failed" ? state : "running",
          })),
        ),
    ],
    timeline: async () => [
      { from: now() - 80_000, to: now() - 50_000, state: "active", because: "requests" },
      { from: now() - 50_000, to: now() - 43_000, state: "idle", because: "no request" },
      { from: now() - 43_000, to: now() - 20_000, state: "asleep", because: "nobody used it for 2 h" },
      { from: now() - 20_000, to: now() - 19_900, state: "waking", because: "a request came" },
      { from: now() - 19_900, to: now() - 9000, state: "warm", because: "mon-fri 08:00-18:00" },
      { from: now() - 9000, state: "active", because: "3 open connections" },
    ],
    usage: async () => data.sampleUsage(now()),
  };
}

/** What is said to listeners, one after the other, until the signal comes. */
async function* arrivals<T>(listeners: Set<(one: T) => void>, signal: AbortSignal): AsyncGenerator<T> {
  const come: T[] = [];
  let wake = () => {};
  const listener = (one: T) => {
    come.push(one);
    wake();
  };
  listeners.add(listener);
  signal.addEventListener("abort", () => wake());
  try {
    while (!signal.aborted) {
      for (let one = come.shift(); one !== undefined; one = come.shift()) yield one;
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    listeners.delete(listener);
  }
}

// A shell that says what was typed, and ends with the number that follows "exit".
function echo(calls: string[]) {
  const said: Buffer[] = [Buffer.from("$ ")];
  let wake = () => {};
  let ended = false;
  let code = 0;
  let typed = "";
  const say = (text: string) => {
    said.push(Buffer.from(text));
    wake();
  };
  async function* output() {
    for (;;) {
      for (let one = said.shift(); one; one = said.shift()) yield { stream: "stdout" as const, data: one };
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return {
    id: "exec",
    output: output(),
    async write(bytes: Buffer) {
      typed += bytes.toString();
      say(bytes.toString().replaceAll("\r", "\r\n$ "));
      const [, number] = /exit (\d+)\r/.exec(typed) ?? [];
      if (number === undefined) return;
      code = Number(number);
      ended = true;
      wake();
    },
    end() {},
    resize: async (columns: number, rows: number) => void calls.push(`resize ${columns > 20 && rows > 5}`),
    wait: async () => code,
    close() {
      ended = true;
      wake();
    },
  };
}

function secretDesk({ now, calls }: Parts): SecretDesk {
  let secrets = data.sampleSecrets(now());
  const find = (name: string) => secrets.find((one) => one.name === name) ?? none();
  return {
    list: async () => secrets,
    show: async (_who, name) => find(name),
    create: async (_who, { name, description, value }) => {
      calls.push(`create ${name} ${value.toString()}`);
      const [first] = secrets;
      const made = { ...(first ?? none()), name, description, bytes: value.length, version: 1, usedBy: [] };
      secrets = [...secrets, { ...made, rotatedAt: now(), rotatedBy: "fred" }];
      return find(name);
    },
    rotate: async (_who, name, value, { restart }) => {
      calls.push(`rotate ${name} ${value.toString()} ${restart}`);
      secrets = secrets.map((one) =>
        one.name === name ? { ...one, version: one.version + 1, rotatedAt: now() } : one,
      );
      return { secret: find(name), restarted: restart ? find(name).usedBy : [] };
    },
    exchangeKey: async () => secrets.length,
    remove: async (_who, name) => {
      secrets = secrets.filter((one) => one.name !== name);
    },
  };
}

function siteDesk({ now, calls }: Parts): SiteDesk {
  const webhook = {
    id: "w1",
    stack: "rover",
    service: undefined,
    description: "CI of rover",
    by: "fred",
    createdAt: now() - 1e6,
  };
  return {
    routes: async () => data.ROUTES,
    ports: async () => ({
      items: [
        {
          port: 60_007,
          protocol: "tcp",
          stack: "rover",
          service: "api",
          container: 8081,
          class: "open",
          reach: "site",
        },
      ],
      classes: [{ name: "open", ports: "60000-60050", reach: "site", free: 48 }],
    }),
    setQuota: async (_who, { kind, name: subject }, limits) => ({ kind, subject, limits: limits ?? {}, used: {} }),
    quotas: async () => [
      {
        ...{
          kind: "user",
          subject: "fred",
          limits: { stacks: 10, services: 30, memoryBytes: 2 ** 35, cpus: 16, secrets: 20 },
        },
        used: { stacks: 2, services: 8, memoryBytes: 30.5 * 2 ** 30, cpus: 6.5, ports: 1, secrets: 20 },
      },
      { kind: "group", subject: "rover", limits: { stacks: 4 }, used: { stacks: 1, services: 5 } },
    ],
    audit: async () => ({
      items: ["stack.upgrade", "service.exec", "stack.change", "secret.create"].map((action, index) => ({
        ...{ id: 9 - index, at: now() - 700 * index, who: index % 2 ? "ann" : "fred", action, object: "stack/rover" },
        ...{
          outcome: index === 2 ? "refused" : "ok",
          detail: index === 2 ? "you do not own it" : "",
          address: "192.0.2.7",
        },
      })),
    }),
    rules: async () => ({
      profile: "spin",
      items: explainRules(SPIN).map(({ id, object, title, severity, passes, fails, message }) => ({
        ...{ rule: id, about: object, title, severity, good: passes[0], bad: fails[0], message },
      })),
    }),
    webhooks: async () => [{ ...webhook, lastUse: now() - 3600 }],
    makeWebhook: async (_who, stack, wish) => {
      calls.push(`webhook ${stack} ${wish.description}`);
      return {
        webhook: { ...webhook, service: wish.service, description: wish.description, lastUse: undefined },
        key: "wk_1f2e3d",
      };
    },
    removeWebhook: async () => {},
    called: async () => none(),
  };
}

function none(): never {
  throw fail("E_SAMPLE_NONE", { what: "such thing" });
}
