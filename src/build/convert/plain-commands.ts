// A RUN's shell text as lines of `%post` that people would write: the breaks of the original kept, and no more around it
// than it takes to have the same effect. Answers by what is surely harmless; whoever is in doubt gets the longer form.

import type { Range, SourceText } from "../../base/source.ts";
import { verbatim } from "./unknown-values.ts";

/**
 * The lines of a command as they stand in the recipe, without the comments between them; the one line that the builder
 * sees, where breaks could change the meaning.
 */
export function brokenLines(joined: string, source: SourceText, range: Range): readonly string[] {
  const written = source.text.slice(range.start, range.end).split(/\r?\n/);
  const lines = written.filter((line, index) => index === 0 || !/^\s*(?:#|$)/.test(line)).map((line) => line.trimEnd());
  const heads = lines.map((line) => (line.endsWith("\\") ? line.slice(0, -1) : line));
  const same = squeezed(heads.join("")) === squeezed(joined);
  const apart = heads.every((line, index) => index === 0 || /^\s/.test(line) || /\s$/.test(heads[index - 1] ?? ""));
  if (!same || !apart || heads.some(openQuote)) return [joined];
  const indents = lines.slice(1).map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return lines.map((line, index) => (index === 0 ? line : `    ${line.slice(least)}`));
}

/** A text of several lines, such as a here-document, whose failure is that of its last command. */
export function blockLines(text: string): readonly string[] {
  const lines = text.replace(/\n+$/, "").split("\n");
  // Blanks in front could become part of a string, of another document, or of a word that goes on.
  const movable = !text.includes("<<") && !lines.some((line) => line.endsWith("\\") || openQuote(line));
  return inSubshell(movable ? lines : lines.map(verbatim), text);
}

// Failures in the middle are none in Docker, unless the text itself says so.
function inSubshell(lines: readonly string[], text: string): readonly string[] {
  return ["(", ...(/^\s*set -[a-z]*e/.test(text) ? [] : ["set +e"]), ...lines, ")"];
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** True when a string that begins in the line goes on in the next one. Comments count as closed. */
export function openQuote(line: string): boolean {
  if (line.trimStart().startsWith("#")) return false;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "\\" && quote !== "'") at++;
    else if (quote === char) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
  }
  return quote !== "";
}

// What changes the shell that runs it, or ends it.
const OF_THE_SHELL =
  /^(?:\.|:|alias|bind|break|cd|command|continue|eval|exec|exit|export|hash|local|popd|pushd|read|readonly|return|set|shift|shopt|source|trap|typeset|declare|ulimit|umask|unalias|unset|wait|if|for|while|until|case|select|function|time)$/;

/** What a command needs around it so that it neither changes what follows nor hides its failure. */
export function around(lines: readonly string[]): readonly string[] {
  const text = lines.join("\n");
  const parts = text
    .replace(/\\\n/g, " ")
    .replace(/[<>]&|&>/g, "")
    .split(/&&|\|\|/);
  // More than one command: only the last one's failure counts, as in Docker.
  if (parts.some((part) => /[;&\n!]|\$\{\w+:?=|\$\(\(/.test(part))) return inSubshell(lines, text);
  const [first = ""] = text
    .replace(/^\s*(?:[A-Za-z_]\w*=[\w./:,+-]*\s+)+/, "")
    .trim()
    .split(/\s/);
  const plain = parts.length === 1 && /^[\w./+-]+$/.test(first) && !OF_THE_SHELL.test(first);
  if (plain) return lines;
  const last = lines.length - 1;
  return lines.map((line, index) => `${index === 0 ? "( " : ""}${line}${index === last ? " )" : ""}`);
}
