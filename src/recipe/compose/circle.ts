// A circle in a graph of names, found without recursion: a chain may be as long as a hostile file.

/** The names of a circle in their order; undefined when there is none. */
export function circleOf(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const found = done.has(start) ? undefined : walk(start, graph, done);
    if (found !== undefined) return found;
  }
  return undefined;
}

function walk(start: string, graph: ReadonlyMap<string, readonly string[]>, done: Set<string>): string[] | undefined {
  const path: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
  const onPath = new Set([start]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = graph.get(top.name)?.[top.next++];
    if (next === undefined) {
      done.add(top.name);
      onPath.delete(top.name);
      path.pop();
    } else if (onPath.has(next)) {
      return path.slice(path.findIndex(({ name }) => name === next)).map(({ name }) => name);
    } else if (!done.has(next) && graph.has(next)) {
      path.push({ name: next, next: 0 });
      onPath.add(next);
    }
  }
  return undefined;
}
