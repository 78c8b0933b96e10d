// `site.yaml` as a text for people, made from a translation: every value with the name that it had in Shifter's file, and at
// the top what has no counterpart. Reading the text again gives the same configuration.

import type { Document, Node, Pair, YAMLMap } from "yaml";
import { type Path, pathName } from "../config-document.ts";
import type { Move, Translation } from "./moves.ts";

/** The text of the `site.yaml` that says the same; `command` is named as its author. */
export async function migratedText(
  translation: Translation,
  origin: string,
  command = "berth gateway migrate-config",
): Promise<string> {
  const { parseDocument } = await import("../../base/yaml.ts");
  const document = parseDocument("{}");
  document.contents = document.createNode(translation.file) as typeof document.contents;
  for (const move of translation.moves) {
    const comment = commentOf(move);
    if (comment !== undefined) setComment(document, move.to, ` ${comment}`);
  }
  document.commentBefore = heading(translation, `${origin} by ${command}`).join("\n");
  return document.toString({ lineWidth: 0 });
}

function commentOf({ from, to, note }: Move): string | undefined {
  const name = pathName(from);
  // A name that only went from one folder to another explains itself.
  if (from.length === 0 || name === pathName(to) || from.at(-1) === to.at(-1)) return note;
  return note === undefined ? name : `${name}: ${note}`;
}

function heading({ dropped, found }: Translation, origin: string): readonly string[] {
  const lines = [` Translated from ${origin}. The comments tell where each value stood there.`];
  const gone = dropped.map(({ from, why }) => `   ${pathName(from)}: ${why}`);
  if (gone.length > 0) lines.push(" Left out:", ...gone);
  const odd = found.warnings.map(({ message, hint }) => `   ${message}${hint === undefined ? "" : `; ${hint}`}`);
  if (odd.length > 0) lines.push(" To be looked at:", ...odd);
  return lines;
}

function setComment(document: Document, path: Path, comment: string): void {
  const key = String(path.at(-1));
  const folder = document.getIn(path.slice(0, -1), true) as YAMLMap | undefined;
  const pair = folder?.items.find((item: Pair) => String((item.key as { value?: unknown }).value) === key);
  const node = pair?.key as Node | undefined;
  if (node) node.commentBefore = comment;
}
