// berth's proxy beside nginx as a proxy, before the same backend, taking turns in the same run.

import { execFileSync } from "node:child_process";
import type { Servers, Target } from "../proxy/servers.ts";
import { median, type Result } from "../table.ts";

const SECONDS = 4;
const WARM_SECONDS = 4;

interface Load {
  readonly path?: string;
  readonly connections: number;
}

interface Figures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds a request. */
  readonly cpu: number;
}

/** As many small requests as possible over 64 connections that are kept. */
export function proxyThroughput(servers: Servers, rounds: number): Result {
  const rows = compare(servers, { connections: 64 }, rounds);
  return {
    title: "Small requests, 64 connections kept, two processes each",
    columns: ["requests/s", "p50 [ms]", "p99 [ms]", "CPU of the proxy [µs]"],
    rows: rows.map(({ name, rate, p50, p99, cpu }) => ({ name, figures: [rate, p50, p99, cpu] })),
    notes: [ratio(rows), "Load generator, proxies and backend share the machine's cores."],
  };
}

/** One request after the other: what the proxy adds to each. */
export function proxyLatency(servers: Servers, rounds: number): Result {
  const rows = compare(servers, { connections: 1 }, rounds);
  const direct = rows.find(({ name }) => name === "without a proxy")?.p50 ?? Number.NaN;
  return {
    title: "One request after the other",
    columns: ["p50 [ms]", "added p50 [ms]", "p99 [ms]"],
    rows: rows.map(({ name, p50, p99 }) => ({ name, figures: [p50, Math.max(0, p50 - direct), p99] })),
    notes: [],
  };
}

/** Bodies of 10 MiB over eight connections. */
export function proxyLarge(servers: Servers, rounds: number): Result {
  const rows = compare(servers, { connections: 8, path: "/large" }, rounds);
  return {
    title: "Replies of 10 MiB, eight connections",
    columns: ["MiB/s", "CPU of the proxy [ms each]"],
    rows: rows.map(({ name, rate, cpu }) => ({ name, figures: [rate * 10, cpu / 1000] })),
    notes: [],
  };
}

function compare(servers: Servers, load: Load, rounds: number): readonly (Figures & { readonly name: string })[] {
  const contestants: readonly (readonly [string, Target])[] = [
    ["berth", servers.berth],
    ["nginx", servers.nginx],
    ["without a proxy", servers.direct],
  ];
  // The first requests find no compiled code and no connections.
  for (const [, target] of contestants) wrk(target, load, WARM_SECONDS);
  const seen = contestants.map(() => [] as Figures[]);
  for (let round = 0; round < rounds; round++)
    for (const [index, [, target]] of contestants.entries()) seen[index]?.push(wrk(target, load, SECONDS));
  return contestants.map(([name], index) => ({ name, ...middle(seen[index] ?? []) }));
}

function middle(all: readonly Figures[]): Figures {
  const of = (key: keyof Figures) => median(all.map((figures) => figures[key]));
  return { rate: of("rate"), p50: of("p50"), p99: of("p99"), cpu: of("cpu") };
}

function wrk(target: Target, { connections, path = "/" }: Load, seconds: number): Figures {
  const threads = Math.min(2, connections);
  const before = target.cpu();
  const words = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, "--latency", target.url + path];
  const text = execFileSync("wrk", words, { encoding: "utf8" });
  const cpu = target.cpu() - before;
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`${target.name} failed:\n${text}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  return { rate, p50: quantile(text, 50), p99: quantile(text, 99), cpu: (cpu * 1e6) / requests };
}

// `  50%  1.05ms`
function quantile(text: string, percent: number): number {
  const [, value, unit = "ms"] = new RegExp(`\\s${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN);
}

function ratio(rows: readonly { readonly name: string; readonly rate: number; readonly cpu: number }[]): string {
  const [berth, nginx] = [rows.find(({ name }) => name === "berth"), rows.find(({ name }) => name === "nginx")];
  const share = (berth?.rate ?? Number.NaN) / (nginx?.rate ?? Number.NaN);
  return `berth carries ${share.toFixed(2)} of what nginx carries.`;
}
