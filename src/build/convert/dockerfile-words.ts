// Words of a Dockerfile that stand for given texts: values in quotes, lists, and here-documents whose delimiter is no line
// of their content.

import { openQuote } from "./plain-commands.ts";

/** A value of ENV or LABEL; `${NAME}` of `references` stays a variable, every other dollar is itself. */
export function dockerValue(parts: readonly ValuePart[]): string {
  const text = parts
    .map((part) => ("name" in part ? `\${${part.name}}` : part.text.replace(/["\\$]/g, "\\$&")))
    .join("");
  return /^[\w./:@+,=%-]+$/.test(text) ? text : `"${text}"`;
}

/** A part of a value: text, or a variable. */
export type ValuePart = { readonly text: string } | { readonly name: string };

/** The arguments of COPY: plain words, or a JSON list when one of them has blanks. */
export function copyWords(words: readonly string[]): string {
  return words.some((word) => /[\s"'$]/.test(word)) ? JSON.stringify(words.map(literal)) : words.join(" ");
}

// COPY expands variables in lists, too.
function literal(word: string): string {
  return word.replace(/[\\$"']/g, "\\$&");
}

/**
 * A script without the blanks that all its lines begin with; unchanged where they could belong to a string, to a document
 * inside, or keep two words apart.
 */
export function unindented(script: string): string {
  const lines = script.split("\n");
  const bound = (line: string) => openQuote(line) || /\S\\$/.test(line);
  if (script.includes("<<") || lines.some(bound)) return script;
  const filled = lines.filter((line) => line.trim() !== "");
  const indents = filled.map((line) => /^[ \t]*/.exec(line)?.[0] ?? "");
  const common = indents.reduce((a, b) => (b.startsWith(a) ? a : a.startsWith(b) ? b : ""), indents[0] ?? "");
  return lines.map((line) => (line.startsWith(common) ? line.slice(common.length) : line.trim())).join("\n");
}

/** A here-document: the instruction's line, the content, and the line that ends it. */
export function heredocLines(before: string, content: string, behind = ""): readonly string[] {
  const lines = content.trimEnd().split("\n");
  let delimiter = "EOF";
  for (let number = 2; lines.includes(delimiter); number++) delimiter = `EOF${number}`;
  return [
    `${before} <<'${delimiter}'${behind === "" ? "" : ` ${behind}`}`,
    ...(content === "" ? [] : lines),
    delimiter,
  ];
}
