// Times and addresses as configuration files write them. Pure.

import type { DatabaseConfig, ListenAddress } from "./server-config.ts";

/** A number with a unit, or Shifter's `days:hours:minutes:seconds`. */
export const DURATION_PATTERN = "^(\\d+(\\.\\d+)?(ms|s|m|h|d)|\\d+:\\d+:\\d+:\\d+)$";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90d`, `5m`, `90:00:00:00`, or of a number of seconds; undefined when it is none of these. */
export function parseDuration(text: string | number): number | undefined {
  if (typeof text === "number") return text >= 0 ? Math.round(text * 1000) : undefined;
  const single = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (single) return Math.round(Number(single[1]) * (UNIT_MS[single[2] ?? ""] ?? Number.NaN));
  const parts = /^(\d+):(\d+):(\d+):(\d+)$/.exec(text)?.slice(1).map(Number);
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** The shortest exact way to write a time. */
export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = ms / (UNIT_MS[unit] ?? 1);
    if (Number.isInteger(count) && count > 0) return `${count}${unit}`;
  }
  return ms === 0 ? "0s" : `${ms}ms`;
}

/** `host:port`, `[::1]:port`, `:port`, a port, or `unix:/path`; undefined when it is none of these. */
export function parseListen(text: string): ListenAddress | undefined {
  if (text.startsWith("unix:/")) return { kind: "unix", path: text.slice("unix:".length) };
  const match = /^(?:(\[[0-9a-fA-F:.%]+\]|[^:[\]/\s]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? Number.NaN);
  if (!match || !(port <= 65535)) return undefined;
  const host = match[1]?.replace(/^\[(.*)\]$/, "$1");
  // A port alone: every address of IPv4; `[::]:5000` is for those of IPv6 as well.
  return { kind: "tcp", host: host || "0.0.0.0", port };
}

/** A database: a file, or the URL of a PostgreSQL server; undefined for URLs of anything else. */
export function parseDatabase(text: string, passwordFile: string | undefined): DatabaseConfig | undefined {
  if (/^postgres(ql)?:\/\//.test(text))
    return URL.canParse(text) ? { kind: "postgres", url: text, passwordFile } : undefined;
  const path = text.replace(/^(sqlite|file):(\/\/(?=\/))?/, "");
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? undefined : { kind: "sqlite", path };
}
