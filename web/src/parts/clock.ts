// The present moment for everything that says "5 min ago": one clock for all, which stands still while nobody looks.

import { signal } from "@preact/signals";

/** Seconds since 1970, renewed every ten seconds. */
export const now = signal(Date.now() / 1000);

export function watchClock(): void {
  const tick = () => {
    if (!document.hidden) now.value = Date.now() / 1000;
  };
  setInterval(tick, 10_000);
  document.addEventListener("visibilitychange", tick);
}
