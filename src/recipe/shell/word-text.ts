// What a word stands for: its text without quotes and escapes, where that can be said without running anything. Words are
// not split at blanks, globs are not looked up, braces and tildes stay as they are.

import {
  matchingCost,
  parsePattern,
  replaceMatches,
  withoutPrefix,
  withoutSuffix,
} from "../dockerfile/shell-pattern.ts";
import type { Parameter, Word, WordPart } from "./ast.ts";

/** The value of a variable; undefined when it is not known. */
export type Variables = (name: string) => string | undefined;

const NONE: Variables = () => undefined;

// `a=$a$a` doubles what it stands for: a text that long is nobody's argument.
const MAX_LENGTH = 65_536;

/** The text of a word in which nothing is expanded; else undefined. */
export function literalOf(word: Pick<Word, "parts">): string | undefined {
  return textOf(word.parts, NONE);
}

/** The text of a word whose variables are all known; undefined with others, or with substitutions. */
export function staticText(word: Pick<Word, "parts">, variables: Variables): string | undefined {
  return textOf(word.parts, variables);
}

/** True when a part outside quotes is a glob. */
export function hasGlob({ parts }: Pick<Word, "parts">): boolean {
  return parts.some(({ kind }) => kind === "glob");
}

/** True when a part outside quotes is expanded, so that the word may become several, or none. */
export function mayBeSplit({ parts }: Pick<Word, "parts">): boolean {
  return parts.some(({ kind }) => kind === "parameter" || kind === "command" || kind === "arithmetic");
}

/** Every parameter that a word expands, those inside quotes and operands, too; not those of substitutions. */
export function parametersOf(parts: readonly WordPart[]): readonly Parameter[] {
  return parts.flatMap((part) => {
    if (part.kind === "double") return parametersOf(part.parts);
    if (part.kind === "arithmetic") return parametersOf(part.expression.parts);
    return part.kind === "parameter" ? [part, ...parametersOf(part.operand?.parts ?? [])] : [];
  });
}

function textOf(parts: readonly WordPart[], variables: Variables): string | undefined {
  let text = "";
  for (const part of parts) {
    const piece = partText(part, variables);
    if (piece === undefined || text.length + piece.length > MAX_LENGTH) return undefined;
    text += piece;
  }
  return text;
}

function partText(part: WordPart, variables: Variables): string | undefined {
  switch (part.kind) {
    case "double":
      return textOf(part.parts, variables);
    case "parameter":
      return parameterText(part, variables);
    case "command":
    case "arithmetic":
    case "process":
      return undefined;
    case "tilde":
      return `~${part.text}`;
    default:
      return part.text;
  }
}

function parameterText(
  { name, prefix, index, operator, operand }: Parameter,
  variables: Variables,
): string | undefined {
  const value = variables(name);
  if (value === undefined || prefix === "!" || index !== undefined) return undefined;
  if (prefix === "#") return String(value.length);
  if (operator === undefined) return value;
  const argument = operand ? () => textOf(operand.parts, variables) : () => "";
  const empty = operator.startsWith(":") && value === "";
  switch (operator.replace(/^:(?=.)/, "")) {
    case "-":
    case "=":
      return empty ? argument() : value;
    case "+":
      return empty ? "" : argument();
    case "?":
      return empty ? undefined : value;
    default:
      return patternText(value, operator, argument());
  }
}

// Patterns of people are short, and so are the values that they are for: a script may have a hundred thousand of others.
const MOST_MATCHING = 10_000;

function patternText(value: string, operator: string, argument: string | undefined): string | undefined {
  if (argument === undefined) return undefined;
  const replaces = operator === "/" || operator === "//";
  const slash = replaces ? argument.indexOf("/") : -1;
  const pattern = parsePattern(slash < 0 ? argument : argument.slice(0, slash));
  if (!pattern) return undefined;
  const replacement = slash < 0 ? "" : argument.slice(slash + 1);
  if (matchingCost(value, pattern, replaces ? replacement : undefined) > MOST_MATCHING) return undefined;
  if (replaces) return replaceMatches(value, pattern, replacement, operator === "//");
  if (operator === "#" || operator === "##") return withoutPrefix(value, pattern, operator === "##");
  if (operator === "%" || operator === "%%") return withoutSuffix(value, pattern, operator === "%%");
  return undefined;
}
