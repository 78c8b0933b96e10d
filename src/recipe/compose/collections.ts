// Readers of lists and maps of single values. What is no list, or holds what it should not, is noted, never passed over.

import { children, type Field, items, keyOf, type Reader, text } from "./fields.ts";
import type { Notebook } from "./notebook.ts";
import { pairMap } from "./short-forms.ts";
import { isNothing, scalarText } from "./tree.ts";

/** The fields of a list; what is no list is noted. */
export const list: Reader<readonly Field[]> = (field, notebook) => {
  if (field.node.kind === "list") return items(field);
  notebook.error(field, `${keyOf(field)} is a list`, "begin its items with - ");
  return undefined;
};

/** The fields of a map with their keys; what is no map is noted. */
export const map: Reader<readonly (readonly [string, Field])[]> = (field, notebook) => {
  if (field.node.kind === "map") return children(field);
  notebook.error(field, `${keyOf(field)} is a map of keys`);
  return undefined;
};

/** The fields of a list, or the one of a single value. */
export const oneOrMore: Reader<readonly Field[]> = (field, notebook) =>
  field.node.kind === "scalar" ? [field] : list(field, notebook);

/** A list of texts. */
export const words: Reader<readonly string[]> = (field, notebook) =>
  list(field, notebook)?.flatMap((item) => text(item, notebook) ?? []);

/** A text or a list of texts. */
export const oneOrMoreWords: Reader<readonly string[]> = (field, notebook) =>
  oneOrMore(field, notebook)?.flatMap((item) => text(item, notebook) ?? []);

/** Names with their fields from a list of NAME=VALUE or a map; values may be missing. */
export function pairs(field: Field, notebook: Notebook): readonly (readonly [string, Field])[] {
  const found = pairMap(field.node, notebook);
  if (found === undefined) {
    notebook.error(field, `${keyOf(field)} is a map, or a list of NAME=VALUE`);
    return [];
  }
  return children({ ...field, node: found });
}

/** Names with texts; a missing value is an empty text. The name under which each stands in the spec gets its place. */
export function texts(field: Field, notebook: Notebook, pointer: string): Readonly<Record<string, string>> {
  const found = pairs(field, notebook).map(([name, value]) => {
    notebook.place(`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, value.at);
    return [name, isNothing(value.node) ? "" : (text(value, notebook) ?? "")] as const;
  });
  // Not by assignment: `__proto__` is a name like others.
  return Object.fromEntries(found);
}

/** A text whose number YAML understood in another way than it is written: `1.10` is 1.1. */
export function warnChanged(field: Field, notebook: Notebook): void {
  const { node } = field;
  if (node.kind !== "scalar" || typeof node.value !== "number") return;
  const meant = scalarText(node);
  if (meant !== node.text) {
    notebook.warn(field, `${keyOf(field)} is the number ${meant}, not the text ${node.text}`, `write "${node.text}"`);
  }
}
