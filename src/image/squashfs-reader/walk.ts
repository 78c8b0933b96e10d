// A walk through an image's tree without recursion, that ends even in a tree made to have no end.

import type { TreeStat } from "./tree.ts";

/** Deeper than any path the kernel could use (PATH_MAX is 4096 bytes). */
const MAX_DEPTH = 2048;

interface Level<Node> {
  readonly prefix: string;
  readonly children: AsyncIterator<readonly [name: string, node: Node]>;
}

/** One object met by a walk. */
export interface Step<Node> {
  /** Begins with a slash. */
  readonly path: string;
  readonly node: Node;
}

/** What a walk needs of a tree. */
export interface Walkable<Node extends TreeStat> {
  /** Entries of a directory, in the order of their bytes. */
  children(directory: Node): AsyncIterable<readonly [name: string, node: Node]>;
  /** The same for the same directory only. */
  identity(directory: Node): string;
  /** The error for a tree that cannot be one. */
  corrupt(what: string): Error;
}

/** Everything below `start`, itself first; each directory is entered once, a second way into it is an error. */
export async function* walkTree<Node extends TreeStat>(
  tree: Walkable<Node>,
  path: string,
  start: Node,
): AsyncGenerator<Step<Node>> {
  const entered = new Set<string>();
  const levels: Level<Node>[] = [];
  const enter = ({ path: at, node }: Step<Node>): void => {
    if (node.type !== "dir") return;
    const identity = tree.identity(node);
    if (entered.has(identity)) throw tree.corrupt(`the directory ${at.slice(0, 200)} is in the tree twice`);
    if (levels.length >= MAX_DEPTH) throw tree.corrupt(`directories are nested deeper than ${MAX_DEPTH}`);
    entered.add(identity);
    levels.push({ prefix: at === "/" ? "/" : `${at}/`, children: tree.children(node)[Symbol.asyncIterator]() });
  };
  const first = { path: normal(path), node: start };
  yield first;
  enter(first);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const next = await level.children.next();
    if (next.done) {
      levels.pop();
      continue;
    }
    const [name, node] = next.value;
    const step = { path: `${level.prefix}${name}`, node };
    yield step;
    enter(step);
  }
}

function normal(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
