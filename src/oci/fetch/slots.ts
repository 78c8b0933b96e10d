// A bound on how much is under way at once, served in the order of asking.

/** Gives out at most `count` slots at a time. */
export interface Slots {
  readonly count: number;
  /** Waits for a slot; the answer gives it back. Rejects when `signal` is aborted first. */
  take(signal?: AbortSignal): Promise<() => void>;
}

/** A set of `count` slots. */
export function slots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const give = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  const once = () => {
    let given = false;
    return () => {
      if (!given) give();
      given = true;
    };
  };
  return {
    count,
    async take(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return once();
      }
      return new Promise((resolve, reject) => {
        const granted = () => {
          signal?.removeEventListener("abort", left);
          resolve(once());
        };
        const left = () => {
          waiting.splice(waiting.indexOf(granted), 1);
          reject(signal?.reason);
        };
        waiting.push(granted);
        signal?.addEventListener("abort", left, { once: true });
      });
    },
  };
}
