// A configuration file as a value whose every part knows its place in the text. JSON is read by the YAML parser too, which
// keeps places. Knows nothing of what the keys mean.

import type { Document, Node, Pair } from "yaml";
import type { Problem, Range, SourceText } from "../base/source.ts";

/** The way to a part of a configuration: names of keys and numbers of items. */
export type Path = readonly (string | number)[];

export interface ConfigDocument {
  readonly source: SourceText;
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly problems: readonly Problem[];
  /** The place of a value; of the nearest part above it when there is none. */
  rangeOf(path: Path): Range;
  /** The place of the key that a path ends in. */
  keyRangeOf(path: Path): Range;
}

/** `a.b[3].c` */
export function pathName(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

// Aliases multiply what a small file says.
const MAX_ALIASES = 100;

/** Parses a configuration. Mistakes are in `problems`, and then the value is not to be used. */
export async function parseConfigDocument(source: SourceText, grammar: "yaml" | "json"): Promise<ConfigDocument> {
  const { parseDocument } = await import("../base/yaml.ts");
  const document = parseDocument(source.text, grammar === "json" ? { schema: "json" } : {});
  const problems: Problem[] = document.errors.map(({ message, pos }) => ({
    range: { start: pos[0], end: Math.max(pos[1], pos[0] + 1) },
    message: message.split(/ at line \d+|\n/)[0] ?? "",
  }));
  return {
    source,
    problems,
    value: problems.length > 0 ? undefined : readValue(document, problems),
    rangeOf: (path) => rangeOf(nearestNode(document, path)),
    keyRangeOf: (path) => keyRangeOf(document, path),
  };
}

function readValue(document: Document, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (error) {
    problems.push({ range: { start: 0, end: 1 }, message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function keyRangeOf(document: Document, path: Path): Range {
  const last = path.at(-1);
  const above = path.length === 0 ? undefined : nearestNode(document, path.slice(0, -1));
  const pair = last === undefined ? undefined : pairOf(above, last);
  return rangeOf((pair?.key as Node | undefined) ?? above);
}

function nearestNode(document: Document, path: Path): Node | undefined {
  let node = document.contents as Node | null;
  for (const part of path) {
    const next = typeof part === "number" ? itemsOf(node)[part] : pairOf(node, part)?.value;
    if (!next) return node ?? undefined;
    node = next as Node;
  }
  return node ?? undefined;
}

function pairOf(node: Node | null | undefined, key: string | number): Pair | undefined {
  const pairs = itemsOf(node) as readonly Partial<Pair>[];
  const name = (pair: Partial<Pair>) => (pair?.key as { readonly value?: unknown } | undefined)?.value;
  return pairs.find((pair) => String(name(pair)) === String(key)) as Pair | undefined;
}

function itemsOf(node: Node | null | undefined): readonly unknown[] {
  return node && "items" in node && Array.isArray(node.items) ? node.items : [];
}

function rangeOf(node: Node | undefined): Range {
  const [start, end] = node?.range ?? [0, 1];
  return { start, end: Math.max(end, start + 1) };
}
