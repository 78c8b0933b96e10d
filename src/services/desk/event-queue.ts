// From a listener to something that can be waited on: a bounded queue between what happens and a reader who may be slow.

/** What waits for one reader at most; then he is told that he missed something. */
const LENGTH = 1000;

/** Values as they are heard from now on; undefined: some may have been missed. Ends with the signal, and stops listening. */
export function eventQueue<T>(
  watch: (listener: (value: T | undefined) => void) => () => void,
  signal: AbortSignal,
): AsyncIterable<T | undefined> {
  let waiting: (T | undefined)[] = [];
  let wake: () => void = () => {};
  const stop = watch((value) => {
    if (waiting.length >= LENGTH) waiting = [undefined];
    else waiting.push(value);
    wake();
  });
  const end = () => {
    stop();
    wake();
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return {
    async *[Symbol.asyncIterator]() {
      while (!signal.aborted) {
        const some = waiting;
        waiting = [];
        yield* some;
        if (waiting.length > 0 || signal.aborted) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
