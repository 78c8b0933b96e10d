// The top of a recipe: its name, and what `x-berth` says of the whole stack.

import type { StackSpec } from "../stack/types.ts";
import { checkBerthKeys } from "./berth-keys.ts";
import { child, children, type Field, items, optional, text } from "./fields.ts";
import { type Notebook, segment } from "./notebook.ts";
import { isNothing, scalarText } from "./tree.ts";
import type { ReadOptions } from "./types.ts";

/** The stack's name: what the caller says, else what the files say. */
export function stackName(root: Field, options: ReadOptions, notebook: Notebook): string | undefined {
  const field = child(root, "name");
  const written = optional(field, text, notebook);
  if (options.name !== undefined && options.name !== "") return options.name;
  if (field !== undefined) notebook.place("/name", field.at);
  if (written) return written;
  notebook.refuse(
    { pointer: "/name", at: root.at },
    "the stack has no name",
    "write name: NAME, or say it with the command",
  );
  return undefined;
}

/** Version 1 had its services at the top, and no networks; nothing else is refused for its version. */
export function checkVersion(root: Field, notebook: Notebook): void {
  const field = child(root, "version");
  const version = field && scalarText(field.node);
  if (field !== undefined && /^1(?:\.|$)/.test(version ?? "")) {
    notebook.refuse(field, `version ${version} is too old`, "put the services under services: and say version: '2'");
  }
}

/** Title, tags and source of the stack. */
export function readStackPart(
  root: Field,
  options: ReadOptions,
  notebook: Notebook,
): Pick<StackSpec, "title" | "tags" | "source"> {
  const field = child(root, "x-berth");
  const given = options.tags ?? {};
  if (field === undefined || !checkBerthKeys(field, "stack", notebook))
    return { title: undefined, tags: given, source: undefined };
  const [title, source, tags] = [child(field, "title"), child(field, "source"), child(field, "tags")];
  if (title !== undefined) notebook.place("/title", title.at);
  if (source !== undefined) notebook.place("/source", source.at);
  if (tags !== undefined) notebook.place("/tags", tags.at);
  return {
    title: optional(title, text, notebook),
    source: optional(source, text, notebook),
    tags: Object.fromEntries([...readTags(tags, notebook), ...Object.entries(given)]),
  };
}

/** Tags are a map, or a list of Spin's `key:value`. */
function readTags(field: Field | undefined, notebook: Notebook): readonly (readonly [string, string])[] {
  if (field === undefined) return [];
  if (field.node.kind === "scalar") notebook.error(field, "tags is a map, or a list of key:value");
  const place = (key: string, at: Field["at"]) => notebook.place(`/tags/${segment(key)}`, at);
  if (field.node.kind === "list") {
    return items(field).flatMap((item) => {
      const match = /^([^:\s]+):\s*(.*)$/.exec(text(item, notebook) ?? "");
      if (match === null) notebook.error(item, "a tag is key:value", "such as owner:fred");
      else place(match[1] ?? "", item.at);
      return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
    });
  }
  return children(field).map(([key, value]) => {
    place(key, value.at);
    return [key, isNothing(value.node) ? "" : (text(value, notebook) ?? "")] as const;
  });
}
