// One instruction on its way from text to data: what every parser of an instruction is given, and how it says what is
// wrong. Knows no instruction.

import type { Problem, Range } from "../../base/source.ts";
import type { Flag, Heredoc } from "./ast.ts";
import type { HeredocMarker } from "./heredoc.ts";
import type { LogicalLine } from "./logical-line.ts";
import { restOf, type Token } from "./words.ts";

/** A marker with the here-document it stands for. */
export interface PlacedHeredoc {
  readonly marker: HeredocMarker;
  readonly heredoc: Heredoc;
}

/** An instruction's line, cut into keyword, flags and arguments. */
export interface Statement {
  readonly line: LogicalLine;
  readonly escape: "\\" | "`";
  /** In capitals, as it may not be one. */
  readonly keyword: string;
  readonly keywordToken: Token;
  readonly flags: readonly Flag[];
  /** Everything behind keyword and flags, without the blanks around it. */
  readonly args: Token;
  readonly heredocs: readonly PlacedHeredoc[];
  /** With continuations and here-documents. */
  readonly range: Range;
  /** Notes a mistake and answers undefined, so that a parser can return it. */
  fail(range: Range, message: string, hint?: string): undefined;
}

/** The place of a token in the source. */
export function placeOf({ line }: Statement, token: Token): Range {
  return line.place(token.start, token.end);
}

/** Notes that arguments are missing, at the keyword. */
export function missing(statement: Statement, what: string, hint?: string): undefined {
  const { keyword } = statement;
  return statement.fail(placeOf(statement, statement.keywordToken), `${keyword} needs ${what}`, hint);
}

/** Makes a `fail` that collects. */
export function collector(problems: Problem[]): Statement["fail"] {
  return (range, message, hint) => {
    problems.push({ range, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };
}

/** The first word of a line from `start` on. */
export function firstToken(text: string, start: number): Token {
  const rest = restOf(text, start);
  const word = /^\S*/.exec(rest.text)?.[0] ?? "";
  return { text: word, start: rest.start, end: rest.start + word.length };
}
