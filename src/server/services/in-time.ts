// Questions to directories, engines and file systems that may be slow: what they do not answer in time stays unknown.

/** One answer of a slow directory, engine or file system must not hold a recipe up for ever. */
const PATIENCE_MS = 10_000;
/** Of each kind: people, paths, hosts … What is beyond stays unknown. */
const MOST_ANSWERS = 1000;
const SIDE_BY_SIDE = 8;

/** Answers by name; those that could not be had in time stay out, and so do those beyond what any recipe needs. */
export async function answersByName<T>(
  names: readonly string[],
  ask: (name: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  const waiting = names.slice(0, MOST_ANSWERS);
  const until = performance.now() + PATIENCE_MS;
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const asked = name;
      const value = performance.now() < until ? await orUndefined(() => ask(asked)) : undefined;
      if (value !== undefined) found.set(asked, value);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return found;
}

/** The answer; undefined when there is none in time. */
export async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    // What could not be found out is unknown to the rules, and they say so.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
