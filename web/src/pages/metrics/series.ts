// Samples of consumption as the lines of a chart: one for each service, its replicas added up. Pure.

import type { UsageSample } from "../../api/types.ts";

/** What is measured. */
export type Measure = "cpu" | "memory" | "received" | "sent";

/** Lines over common moments. */
export interface Series {
  readonly services: readonly string[];
  /** Seconds since 1970. */
  readonly times: readonly number[];
  /** For each service a value at each moment; null: none. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Moments this near to each other are one. */
const STEP = 5;

/** The lines of one measure; what only grows (bytes) becomes a rate. */
export function seriesOf(samples: readonly UsageSample[], measure: Measure): Series {
  const services = [...new Set(samples.map(({ service }) => service))].sort();
  const sums = new Map<number, Map<string, number>>();
  const last = new Map<string, { readonly at: number; readonly total: number }>();
  for (const sample of [...samples].sort((a, b) => a.at - b.at)) {
    const value = measured(sample, measure, last);
    if (value === undefined) continue;
    const time = Math.round(sample.at / STEP) * STEP;
    const row = sums.get(time) ?? new Map<string, number>();
    row.set(sample.service, (row.get(sample.service) ?? 0) + value);
    sums.set(time, row);
  }
  const times = [...sums.keys()];
  const values = services.map((service) => times.map((time) => sums.get(time)?.get(service) ?? null));
  return { services, times, values };
}

function measured(
  sample: UsageSample,
  measure: Measure,
  last: Map<string, { readonly at: number; readonly total: number }>,
): number | undefined {
  if (measure === "cpu") return sample.cpu;
  if (measure === "memory") return sample.memoryBytes;
  const key = `${sample.service} ${sample.slot}`;
  const total = measure === "received" ? sample.receivedBytes : sample.sentBytes;
  const before = last.get(key);
  last.set(key, { at: sample.at, total });
  // Less than before: the container was started anew.
  if (!before || total < before.total || sample.at <= before.at) return undefined;
  return (total - before.total) / (sample.at - before.at);
}

/** The newest value of each service. */
export function newest({ services, values }: Series): readonly (readonly [string, number | undefined])[] {
  return services.map((service, index) => {
    const known = values[index]?.findLast((value) => value !== null);
    return [service, known ?? undefined] as const;
  });
}
