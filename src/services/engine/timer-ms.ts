// Times of recipes and images as timers can count them. A timer that is told more than it can count fires at once, again and
// again, or throws.

const LEAST = 1;
/** About 24 days. */
const MOST = 2 ** 31 - 1;

/** Whole milliseconds. */
export function timerMs(ms: number): number {
  return Math.round(Math.min(MOST, Math.max(LEAST, ms || 0)));
}
