// What the server counts, in the form of Prometheus. A registry of its own for each server: tests run several at once.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Everything that is counted. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<"method" | "route" | "status">;
  readonly lookups: Counter<"outcome">;
  readonly refusals: Counter<"reason">;
  readonly pulls: Counter<"kind" | "outcome" | "reason">;
  readonly fetchedBytes: Counter;
  readonly conversionSeconds: Histogram;
  readonly queue: Gauge<"state">;
}

/** What a registry lets be pulled through the mirror. */
export interface UpstreamState {
  readonly upstream: string;
  readonly requests: number;
  /** Undefined: it does not say. */
  readonly remaining: number | undefined;
}

export interface MetricsOptions {
  /** Unfinished pulls by status, asked for when somebody reads the metrics. */
  readonly queue: () => Promise<ReadonlyMap<string, number>>;
  /** The registries behind the mirror. */
  readonly upstreams: () => readonly UpstreamState[];
}

const FAST = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5, 30];
const SLOW = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];

export function makeMetrics({ queue, upstreams }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  upstreamGauges(registers, upstreams);
  return {
    registry,
    requests: new Histogram({
      name: "berth_http_request_seconds",
      help: "Time from the head of a request to the end of its answer",
      labelNames: ["method", "route", "status"],
      buckets: FAST,
      registers,
    }),
    lookups: new Counter({
      name: "berth_lookups_total",
      help: "Lookups of images by outcome: found, missing, refused, failed",
      labelNames: ["outcome"],
      registers,
    }),
    refusals: new Counter({
      name: "berth_refusals_total",
      help: "Requests that were refused or failed, by the code of the reason",
      labelNames: ["reason"],
      registers,
    }),
    pulls: new Counter({
      name: "berth_pulls_total",
      help: "Ended pulls and imports by outcome (ready, failed, again, follows), failed ones by the code of the reason",
      labelNames: ["kind", "outcome", "reason"],
      registers,
    }),
    fetchedBytes: new Counter({ name: "berth_fetched_bytes_total", help: "Bytes fetched from registries", registers }),
    conversionSeconds: new Histogram({
      name: "berth_conversion_seconds",
      help: "Time that the conversion of an image took",
      buckets: SLOW,
      registers,
    }),
    queue: queueGauge(registers, queue),
  };
}

function queueGauge(registers: Registry[], queue: MetricsOptions["queue"]): Gauge<"state"> {
  return new Gauge({
    name: "berth_queue_pulls",
    help: "Unfinished pulls by state",
    labelNames: ["state"],
    registers,
    async collect() {
      // Without the database the other figures are still worth having.
      const states = await queue().catch(() => new Map<string, number>());
      this.reset();
      for (const [state, count] of states) this.set({ state: state.toLowerCase() }, count);
    },
  });
}

// A gauge for what only grows, too: it begins anew with a reloaded configuration.
function upstreamGauges(registers: Registry[], upstreams: MetricsOptions["upstreams"]): void {
  const labelNames = ["upstream"] as const;
  const sent = { name: "berth_mirror_upstream_requests", help: "Requests that the mirror sent to a registry" };
  const left = { name: "berth_mirror_upstream_remaining", help: "Pulls that a registry still allows, as it last said" };
  new Gauge({
    ...{ ...sent, labelNames, registers },
    collect() {
      this.reset();
      for (const { upstream, requests } of upstreams()) this.set({ upstream }, requests);
    },
  });
  new Gauge({
    ...{ ...left, labelNames, registers },
    collect() {
      this.reset();
      for (const { upstream, remaining } of upstreams()) if (remaining !== undefined) this.set({ upstream }, remaining);
    },
  });
}
