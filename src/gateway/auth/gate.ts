// Lets a bounded number of pieces of work run at once and a bounded number wait. Knows nothing of the work.

/** Thrown when too many wait already. */
export class GateFull extends Error {}

/** Work through a gate of a certain width. */
export interface Gate {
  /** Runs `work` as soon as there is room. @throws GateFull, or the signal's reason while waiting */
  pass<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
}

interface Waiting {
  readonly go: () => void;
}

export function openGate(width: number, length: number): Gate {
  let inside = 0;
  // A set keeps the order of arrival and gives up any of its members at once.
  const waiting = new Set<Waiting>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      inside--;
      return;
    }
    // The place passes on without becoming free in between.
    waiting.delete(next);
    next.go();
  }

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.delete(self);
        reject(signal?.reason);
      };
      const self: Waiting = {
        go() {
          signal?.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      waiting.add(self);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  return {
    async pass(work, signal) {
      signal?.throwIfAborted();
      if (inside < width) inside++;
      else if (waiting.size >= length) throw new GateFull();
      else await turn(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
