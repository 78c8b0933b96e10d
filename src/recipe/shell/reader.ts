// A text on its way to a tree: where reading stands, the leaves read so far, and what was found wrong. Every function that
// reads moves `at` forward and never back, so that work grows with the text. Knows no grammar: that is handed in.

import type { Problem, Range } from "../../base/source.ts";
import { placeIn, type Segment } from "../script-text.ts";
import type { Command, Comment, Redirect, Script, Token, WordPart } from "./ast.ts";

/** A record while it is being filled. */
export type Draft<Kind> = { -readonly [Key in keyof Kind]: Kind[Key] };

/** How the characters of a word, a quoted text or a here-document are read. */
export interface Mode {
  /** Finds a run of characters that mean nothing here; sticky. */
  readonly plain: RegExp;
  /** True where the text ends; the reader stands at `char`. */
  ends(reader: Reader, char: string): boolean;
  /** Single quotes quote. */
  readonly single: boolean;
  /** Double quotes quote. */
  readonly double: boolean;
  /** Characters that a backslash quotes; undefined for all of them. */
  readonly escapes: string | undefined;
  /** Globs, a leading tilde and process substitutions count. */
  readonly bare: boolean;
}

/** What rooms of the parser need of each other; handed in by `parse.ts`, so that files need no circle. */
export interface Grammar {
  /** Statements up to a closing word or parenthesis that something around them waits for. */
  script(reader: Reader): Script;
  /** Any command; undefined without a move when none begins here. */
  command(reader: Reader): Command | undefined;
  parts(reader: Reader, mode: Mode, limit?: number): readonly WordPart[];
}

/** A here-document whose content has not been reached. */
export interface PendingHeredoc {
  readonly redirect: Draft<Redirect>;
  readonly delimiter: string;
  readonly expand: boolean;
  readonly stripTabs: boolean;
}

/** The state of reading. */
export interface Reader {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly grammar: Grammar;
  readonly tokens: Token[];
  readonly comments: Comment[];
  readonly problems: Problem[];
  /** How many of those around wait for a closing word. */
  readonly expected: Map<string, number>;
  readonly pending: PendingHeredoc[];
  at: number;
  /** Where the first character stands that no token has yet. */
  leaf: number;
  depth: number;
}

const MAX_DEPTH = 100;
const MAX_PROBLEMS = 200;

/** A reader at the beginning of a text. */
export function readerOf(text: string, segments: readonly Segment[], grammar: Grammar): Reader {
  return {
    ...{ text, segments, grammar, tokens: [], comments: [], problems: [] },
    ...{ expected: new Map(), pending: [], at: 0, leaf: 0, depth: 0 },
  };
}

/** A reader of a text inside another one's (backquotes, the content of a here-document); its tokens are its own. */
export function innerReader(outer: Reader, text: string, segments: readonly Segment[]): Reader {
  const { comments, problems, depth } = outer;
  return { ...readerOf(text, segments, outer.grammar), comments, problems, depth };
}

/** The place of a part of the reader's text. */
export function place(reader: Reader, start: number, end: number = reader.at): Range {
  return placeIn(reader.segments, start, end);
}

/** Notes a mistake. */
export function note(reader: Reader, range: Range, message: string, hint?: string): void {
  if (reader.problems.length >= MAX_PROBLEMS) return;
  reader.problems.push({ range, message, ...(hint === undefined ? {} : { hint }) });
}

/** Makes a token of everything since the last one. */
export function emit(reader: Reader, kind: Token["kind"]): void {
  const { text, leaf, at } = reader;
  if (at <= leaf) return;
  reader.tokens.push({ kind, text: text.slice(leaf, at), range: place(reader, leaf) });
  reader.leaf = at;
}

/** What the sticky pattern finds where the reader stands. */
export function peek(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  return pattern.exec(reader.text) ?? undefined;
}

/** True when `text` stands here; then it is taken. */
export function take(reader: Reader, text: string, kind: Token["kind"] = "operator"): boolean {
  if (!reader.text.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  emit(reader, kind);
  return true;
}

/** True at the end of the text. */
export function atEnd(reader: Reader): boolean {
  return reader.at >= reader.text.length;
}

/**
 * Reads something that may hold itself. Behind a hundred levels the rest of the text is passed over: nobody writes that, and
 * it would exhaust the stack. Answers undefined then.
 */
export function nested<Result>(reader: Reader, read: () => Result): Result | undefined {
  if (reader.depth >= MAX_DEPTH) {
    note(
      reader,
      place(reader, reader.at, Math.min(reader.at + 1, reader.text.length)),
      "commands are nested too deep here",
    );
    emit(reader, "word");
    reader.at = reader.text.length;
    emit(reader, "skipped");
    return undefined;
  }
  reader.depth++;
  const result = read();
  reader.depth--;
  return result;
}

/** A script that one of `closers` ends. */
export function scriptUntil(reader: Reader, ...closers: readonly string[]): Script {
  const { expected, at } = reader;
  for (const closer of closers) expected.set(closer, (expected.get(closer) ?? 0) + 1);
  const script = nested(reader, () => reader.grammar.script(reader));
  for (const closer of closers) expected.set(closer, (expected.get(closer) ?? 1) - 1);
  return script ?? { statements: [], range: place(reader, at) };
}
