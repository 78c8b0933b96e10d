// A walk through an image's tree without recursion, that ends even in a tree made to have no end.

import type { TreeStat } from "./tree.ts";

/** Deeper than any path the kernel could use (PATH_MAX is 4096 bytes). */
const MAX_DEPTH = 2048;

interface Step<Node> {
  readonly path: string;
  readonly node: Node;
  readonly depth: number;
}

/** What a walk needs of a tree. */
export interface Walkable<Node extends TreeStat> {
  children(directory: Node): Promise<readonly (readonly [name: string, node: Node])[]>;
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
): AsyncGenerator<{ readonly path: string; readonly node: Node }> {
  const entered = new Set<string>();
  const stack: Step<Node>[] = [{ path: normal(path), node: start, depth: 0 }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { node, depth } = step;
    yield { path: step.path, node };
    if (node.type !== "dir") continue;
    if (entered.has(tree.identity(node))) throw tree.corrupt(`the directory ${step.path} is in the tree twice`);
    if (depth >= MAX_DEPTH) throw tree.corrupt(`directories are nested deeper than ${MAX_DEPTH}`);
    entered.add(tree.identity(node));
    const prefix = step.path === "/" ? "/" : `${step.path}/`;
    const children = await tree.children(node);
    for (const [name, child] of children.toReversed())
      stack.push({ path: `${prefix}${name}`, node: child, depth: depth + 1 });
  }
}

function normal(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
