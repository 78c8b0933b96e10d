// Variables replaced in every text of a tree (keys are left as they are), as Compose does before it looks at anything.

import type { Notebook } from "./notebook.ts";
import { fillTemplate, type Lookup } from "./template.ts";
import type { MapNode, Node, ScalarNode } from "./tree.ts";

/** How much longer a recipe may become. */
const MAX_GROWTH = 8 * 1024 * 1024;

interface Context {
  readonly lookup: Lookup;
  readonly notebook: Notebook;
  /** Variables without value of which it was said. */
  readonly told: Set<string>;
  /** Aliases share nodes: what was made of one is used again. */
  readonly done: Map<Node, Node>;
  /** By how much all trees of one reading have grown. */
  readonly growth: { letters: number };
}

/** The tree with its variables replaced; what has no value and what cannot be replaced is noted. */
export function interpolate(tree: MapNode, { lookup, notebook, told, growth }: Omit<Context, "done">): MapNode {
  const filled = visit(tree, { lookup, notebook, told, growth, done: new Map() });
  return filled.kind === "map" ? filled : tree;
}

function visit(node: Node, context: Context): Node {
  if (node.kind === "scalar") return filledScalar(node, context);
  const before = context.done.get(node);
  if (before !== undefined) return before;
  const made: Node =
    node.kind === "list"
      ? { ...node, items: node.items.map((item) => visit(item, context)) }
      : {
          ...node,
          entries: new Map(
            [...node.entries].map(([key, entry]) => [key, { ...entry, value: visit(entry.value, context) }]),
          ),
        };
  context.done.set(node, made);
  return made;
}

function filledScalar(node: ScalarNode, context: Context): ScalarNode {
  if (typeof node.value !== "string" || !node.value.includes("$")) return node;
  const spot = { pointer: "", at: node.at };
  if (context.growth.letters > MAX_GROWTH) {
    context.notebook.refuse(spot, "the recipe becomes too long when its variables are replaced");
    return node;
  }
  const { text, unset, error } = fillTemplate(node.value, context.lookup);
  context.growth.letters += text.length;
  if (error !== undefined) context.notebook.error(spot, error.message, error.hint);
  for (const name of unset) {
    if (context.told.has(name)) continue;
    context.told.add(name);
    context.notebook.warn(
      spot,
      `the variable ${name} has no value and is taken as empty`,
      `give it one in .env, or write \${${name}:-DEFAULT}`,
    );
  }
  return { ...node, value: text, text };
}
