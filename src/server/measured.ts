// Counts what the gateway does, from outside: the desk's lookups and the workers' ends.

import { BerthError } from "../base/errors.ts";
import type { Desk } from "../gateway/types.ts";
import type { WorkMetrics } from "../gateway/work/index.ts";
import type { Metrics } from "./metrics.ts";

/** The desk, its lookups counted. */
export function measuredDesk(desk: Desk, { lookups }: Pick<Metrics, "lookups">): Desk {
  return {
    ...desk,
    async lookup(...asked) {
      try {
        const image = await desk.lookup(...asked);
        lookups.inc({ outcome: "found" });
        return image;
      } catch (error) {
        lookups.inc({ outcome: outcomeOf(error) });
        throw error;
      }
    },
  };
}

function outcomeOf(error: unknown): string {
  if (!(error instanceof BerthError) || error.http >= 500) return "failed";
  return error.http === 404 ? "missing" : "refused";
}

/** What the workers tell, counted. */
export function workMetrics({ pulls, fetchedBytes, conversionSeconds }: Metrics): WorkMetrics {
  return {
    ended: (kind, outcome, code) => pulls.inc({ kind, outcome, reason: code }),
    fetched: (bytes) => fetchedBytes.inc(bytes),
    converted: (seconds) => conversionSeconds.observe(seconds),
  };
}
