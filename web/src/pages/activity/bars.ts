// A timeline as bars: where each begins and how wide it is, in percent of what is shown. Pure.

import type { IdleSpan } from "../../api/types.ts";

/** A span that is shown. */
export interface Bar {
  readonly span: IdleSpan;
  readonly left: number;
  readonly width: number;
}

/** The spans between two moments (seconds since 1970). */
export function barsOf(spans: readonly IdleSpan[], from: number, to: number): readonly Bar[] {
  const whole = to - from;
  return spans.flatMap((span) => {
    const begin = Math.max(span.from, from);
    const end = Math.min(span.to ?? to, to);
    if (end <= begin) return [];
    return [{ span, left: (100 * (begin - from)) / whole, width: (100 * (end - begin)) / whole }];
  });
}

/** Seconds that were spent in each state. */
export function totals(bars: readonly Bar[], from: number, to: number): ReadonlyMap<IdleSpan["state"], number> {
  const sums = new Map<IdleSpan["state"], number>();
  for (const { span, width } of bars) sums.set(span.state, (sums.get(span.state) ?? 0) + (width * (to - from)) / 100);
  return sums;
}
