// One look at the use of 10,000 stacks: how long the server does nothing else meanwhile.

import { isTimeZone } from "../../src/base/time-zone.ts";
import type { IdleSpec } from "../../src/recipe/stack/types.ts";
import { KnownService, policyOf } from "../../src/services/idle/known-service.ts";
import { type SweepView, sweep } from "../../src/services/idle/sweep.ts";
import { median, type Result } from "../table.ts";

const STACKS = 10_000;
const NOW = 1_800_000_000;

/** A sweep over 10,000 stacks with one service each, of all sorts. */
export async function idleSweep(rounds: number): Promise<Result> {
  const services = Array.from({ length: STACKS }, (_, index) => serviceOf(index));
  const proxies = new Map([["p1", NOW - 1]]);
  const rules = { reportInterval: 300, cpuInterval: 60, trafficInterval: 10, listeningSince: NOW - 9999 };
  const view = { services, proxies, rules, timeZone: "Europe/Berlin", warmths: new Map() };
  // The server reads its configuration before it looks at anything.
  if (!isTimeZone(view.timeZone)) throw new Error("the runtime knows no time zones");
  const looks: Look[] = [];
  const anew: Look[] = [];
  for (let round = 0; round < rounds * 10; round++) {
    const now = NOW + round * 5;
    proxies.set("p1", now);
    // Of every fifth something was heard since the last look.
    for (const [index, service] of services.entries())
      if (index % 5 === 0) service.seeTraffic("p1", { open: 1, lastUse: now, at: now });
    looks.push(lookAt(view, now));
    for (const service of services) service.decidedUntil = 0;
    anew.push(lookAt(view, now));
  }
  const [first, ...rest] = looks;
  const row = [
    ...[first?.whole ?? Number.NaN, first?.slice ?? Number.NaN, median(rest.map(({ whole }) => whole))],
    ...[Math.max(...rest.map(({ whole }) => whole)), median(anew.map(({ whole }) => whole)), first?.sleepy ?? 0],
  ];
  return {
    title: `A look at the use of ${STACKS} stacks`,
    columns: [
      ...["first [ms]", "its longest slice [ms]", "median [ms]", "longest later [ms]"],
      ...["all of them anew, median [ms]", "to be put to sleep"],
    ],
    rows: [{ name: "berth", figures: row }],
    notes: ["Every fourth stack has keep-warm hours, every third reports itself, every fifth has an open connection."],
  };
}

interface Look {
  readonly whole: number;
  /** The longest time in which nobody else was answered. */
  readonly slice: number;
  readonly sleepy: number;
}

function lookAt(view: SweepView, now: number): Look {
  const look = { whole: 0, slice: 0, sleepy: 0 };
  let begin = performance.now();
  for (const { sleepy } of sweep(view, now)) {
    const took = performance.now() - begin;
    look.whole += took;
    look.slice = Math.max(look.slice, took);
    look.sleepy += sleepy.length;
    begin = performance.now();
  }
  return look;
}

function serviceOf(index: number): KnownService {
  const idle: IdleSpec = {
    ...{ afterMs: 1_800_000, action: "stop", wake: true, wakeWith: "auto", holdMs: 30_000, unknownMeans: "active" },
    signals: index % 3 === 0 ? ["check-in", "requests"] : ["requests", "connections"],
    keepWarm: index % 4 === 0 ? ["mon-fri 08:00-18:00", `sat ${String(index % 12).padStart(2, "0")}:00-23:00`] : [],
    ...{ ignorePaths: [], ignoreAgents: [] },
  };
  const service = new KnownService(`stack-${index}`, "web", policyOf(idle).policy);
  const container = {
    id: `c${index}`,
    slot: 1,
    status: "running",
    health: "none",
    digest: "",
    startedAt: NOW - 9000,
  } as const;
  service.see({ state: "running", containers: [{ ...container, exitCode: undefined, restarts: 0, error: "" }] });
  if (index % 3 === 0) service.report(container.id, { value: String(index % 2), at: NOW - 20 });
  service.seeTraffic("p1", { open: index % 5 === 0 ? 1 : 0, lastUse: NOW - (index % 4000), at: NOW - 1 });
  return service;
}
