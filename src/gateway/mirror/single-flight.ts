// The same question asked by many at once is asked upstream once. Nobody's leaving ends the work for the others, so what
// flies must have time limits of its own.

/** Runs `work`, or waits for the one of the same key that is under way. */
export type SingleFlight = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** A set of flights. Keys of different kinds of work must differ, since their results do. */
export function singleFlight(): SingleFlight {
  const underWay = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const running = underWay.get(key);
    if (running) return running as Promise<T>;
    const started = work().finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}
