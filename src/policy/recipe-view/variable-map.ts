// Variables that grow step by step, where every step keeps those before it: a map that is never changed, and shares with the map that
// it was made from all but a few nodes. A recipe of a megabyte has a hundred thousand ENVs; copies of maps would be ten billion entries.

interface Node {
  readonly name: string;
  readonly value: string | undefined;
  readonly left: Node | undefined;
  readonly right: Node | undefined;
  readonly height: number;
  readonly size: number;
}

/** Names, in the order of their characters, and what is known of their values. */
export class VariableMap implements ReadonlyMap<string, string | undefined> {
  static readonly none = new VariableMap(undefined);
  readonly #root: Node | undefined;

  private constructor(root: Node | undefined) {
    this.#root = root;
  }

  /** A map with these, which is the same one where it is one already. */
  static from(variables: ReadonlyMap<string, string | undefined>): VariableMap {
    if (variables instanceof VariableMap) return variables;
    let map = VariableMap.none;
    for (const [name, value] of variables) map = map.with(name, value);
    return map;
  }

  /** This map and one more name, or a name with another value. */
  with(name: string, value: string | undefined): VariableMap {
    return new VariableMap(inserted(this.#root, name, value));
  }

  get size(): number {
    return this.#root?.size ?? 0;
  }

  get(name: string): string | undefined {
    return found(this.#root, name)?.value;
  }

  has(name: string): boolean {
    return found(this.#root, name) !== undefined;
  }

  *entries(): MapIterator<[string, string | undefined]> {
    for (const { name, value } of nodes(this.#root)) yield [name, value];
  }

  *keys(): MapIterator<string> {
    for (const { name } of nodes(this.#root)) yield name;
  }

  *values(): MapIterator<string | undefined> {
    for (const { value } of nodes(this.#root)) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, string | undefined]> {
    return this.entries();
  }

  forEach(visit: (value: string | undefined, name: string, map: VariableMap) => void): void {
    for (const [name, value] of this) visit(value, name, this);
  }
}

function found(root: Node | undefined, name: string): Node | undefined {
  let node = root;
  while (node !== undefined && node.name !== name) node = name < node.name ? node.left : node.right;
  return node;
}

function* nodes(root: Node | undefined): Generator<Node, undefined> {
  const above: Node[] = [];
  for (let node = root; node !== undefined || above.length > 0; ) {
    if (node) {
      above.push(node);
      node = node.left;
      continue;
    }
    const next = above.pop();
    if (next) yield next;
    node = next?.right;
  }
}

// A tree of Adelson-Velsky and Landis: its height stays the logarithm of its size, whatever names somebody thinks of.
function inserted(node: Node | undefined, name: string, value: string | undefined): Node {
  if (!node) return nodeOf(name, value, undefined, undefined);
  if (name === node.name) return nodeOf(name, value, node.left, node.right);
  return name < node.name
    ? balanced(node, inserted(node.left, name, value), node.right)
    : balanced(node, node.left, inserted(node.right, name, value));
}

function balanced({ name, value }: Node, left: Node | undefined, right: Node | undefined): Node {
  if (left && left.height > heightOf(right) + 1) {
    const { left: outer, right: inner } = left;
    if (!inner || heightOf(outer) >= inner.height) return over(left, outer, nodeOf(name, value, inner, right));
    return over(inner, over(left, outer, inner.left), nodeOf(name, value, inner.right, right));
  }
  if (right && right.height > heightOf(left) + 1) {
    const { left: inner, right: outer } = right;
    if (!inner || heightOf(outer) >= inner.height) return over(right, nodeOf(name, value, left, inner), outer);
    return over(inner, nodeOf(name, value, left, inner.left), over(right, inner.right, outer));
  }
  return nodeOf(name, value, left, right);
}

function over({ name, value }: Node, left: Node | undefined, right: Node | undefined): Node {
  return nodeOf(name, value, left, right);
}

function nodeOf(name: string, value: string | undefined, left: Node | undefined, right: Node | undefined): Node {
  const height = Math.max(heightOf(left), heightOf(right)) + 1;
  return { name, value, left, right, height, size: (left?.size ?? 0) + (right?.size ?? 0) + 1 };
}

function heightOf(node: Node | undefined): number {
  return node?.height ?? 0;
}
