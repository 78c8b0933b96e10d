// The smaller answers of Shifter's routes: queue, metrics, and what expiring says.

import type { Lookup, PullRecord } from "../../types.ts";
import { fail } from "../errors.ts";
import { fractional, wireStatus } from "./wire-image.ts";

const DEFAULT_LIMIT = 10;
const HIGHEST_LIMIT = 100_000;

/** What is neither ready nor gone. */
export function writeQueue(pulls: readonly PullRecord[]): string {
  return JSON.stringify({ list: pulls.map((pull) => ({ status: wireStatus(pull.status), image: pull.tag })) });
}

/** Lookups, oldest first. */
export function writeLookups(lookups: readonly Lookup[]): string {
  return `[${lookups.map(writeLookup).join(",")}]`;
}

/** What became of a wish to expire: true, false (not allowed), null (no such image), or the ids. */
export function writeExpired(status: boolean | null | readonly string[]): string {
  return JSON.stringify({ status });
}

/** How many lookups are wanted. @throws E_API_FIELD */
export function readLimit(query: unknown): number {
  const { limit } = query as { readonly limit?: unknown };
  if (limit === undefined) return DEFAULT_LIMIT;
  const right = typeof limit === "string" && /^\d{1,9}$/.test(limit);
  if (!right) throw fail("E_API_FIELD", { field: "limit", expected: "a whole number, 0 or more" });
  return Math.min(Number(limit), HIGHEST_LIMIT);
}

function writeLookup({ user, uid, system, itype, tag, id, time }: Lookup): string {
  const before = JSON.stringify({ user, uid, system, type: itype, tag, id });
  return `${before.slice(0, -1)},"time":${fractional(time)}}`;
}
