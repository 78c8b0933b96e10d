// Ends a wait on which nothing happens any more.

/** A signal that fires when nobody fed the dog for `idleMs`, or when the outer signal fires. */
export interface Watchdog {
  readonly signal: AbortSignal;
  feed(): void;
  stop(): void;
}

/** Starts watching; `reason` makes the error that the signal carries. */
export function watchdog(idleMs: number, outer: AbortSignal | undefined, reason: () => Error): Watchdog {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason()), idleMs);
  const forward = () => controller.abort(outer?.reason);
  if (outer?.aborted) forward();
  outer?.addEventListener("abort", forward, { once: true });
  return {
    signal: controller.signal,
    feed: () => void timer.refresh(),
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", forward);
    },
  };
}
