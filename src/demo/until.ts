// Waits for what cannot be waited for otherwise: looks again and again, for a limited time.

import { setTimeout as pause } from "node:timers/promises";

/** Limits of the waiting. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Milliseconds after which it gives up; 20 s unless said. */
  readonly patience?: number;
}

/** Looks until it is enough, or until patience ends; answers what was seen last. */
export async function until<T>(
  look: () => Promise<T> | T,
  enough: (seen: T) => boolean,
  { signal, patience = 20_000 }: Patience,
): Promise<T> {
  const end = performance.now() + patience;
  while (true) {
    const seen = await look();
    if (enough(seen) || performance.now() > end) return seen;
    await pause(100, undefined, { signal });
  }
}
