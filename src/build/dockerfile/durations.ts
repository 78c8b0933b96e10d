// Durations as HEALTHCHECK's flags have them (`1m30s`, `500ms`), in nanoseconds, and their normal spelling. Pure.

const UNITS: readonly (readonly [string, number])[] = [
  ["h", 3_600_000_000_000],
  ["m", 60_000_000_000],
  ["s", 1_000_000_000],
  ["ms", 1_000_000],
  ["us", 1_000],
  ["µs", 1_000],
  ["μs", 1_000],
  ["ns", 1],
];

/** Nanoseconds of a written duration; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)/g);
  let sum = 0;
  for (const [, number, unit] of parts) sum += Number(number) * (UNITS.find(([name]) => name === unit)?.[1] ?? 0);
  return Math.round(sum);
}

/** A duration as history lines show it: `1m30s`, `1.5s`, `500ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  for (const [unit, size] of [
    ["ns", 1],
    ["µs", 1_000],
    ["ms", 1_000_000],
  ] as const) {
    if (nanoseconds < size * 1000) return `${nanoseconds / size}${unit}`;
  }
  const hours = Math.floor(nanoseconds / 3_600_000_000_000);
  const minutes = Math.floor(nanoseconds / 60_000_000_000) % 60;
  const seconds = (nanoseconds % 60_000_000_000) / 1_000_000_000;
  const longer = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : "";
  return `${longer}${seconds}s`;
}
