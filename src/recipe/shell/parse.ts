// The parser of shell scripts (POSIX sh and bash): text in, tree out. It never throws: what is wrong stands in `problems`, and
// reading goes on behind it.

import type { Segment } from "../script-text.ts";
import type { ShellDialect, ShellTree } from "./ast.ts";
import { readPendingHeredocs } from "./heredoc.ts";
import { readParts } from "./parts.ts";
import { emit, type Grammar, type Reader, readerOf } from "./reader.ts";
import { readCommand, readScript } from "./script.ts";

const GRAMMAR: Grammar = { script: readScript, command: readCommand, parts: readParts };

/** How a script is read. */
export interface ShellOptions {
  /** "bash" unless said otherwise. */
  readonly dialect?: ShellDialect;
  /** Where the text came from: ranges are then places in that source. */
  readonly segments?: readonly Segment[];
}

/** Parses a shell script. Never throws; mistakes are in `problems`, in the order of the text. */
export function parseShell(text: string, { dialect = "bash", segments }: ShellOptions = {}): ShellTree {
  const reader: Reader = readerOf(text, segments ?? [{ at: 0, source: 0 }], GRAMMAR);
  if (text.startsWith("\uFEFF")) {
    reader.at = 1;
    emit(reader, "skipped");
  }
  const script = readScript(reader);
  readPendingHeredocs(reader);
  const problems = [...reader.problems].sort((a, b) => a.range.start - b.range.start);
  return { dialect, script, comments: reader.comments, tokens: reader.tokens, problems };
}

/** The text of a tree, byte for byte. */
export function printShell({ tokens }: Pick<ShellTree, "tokens">): string {
  return tokens.map(({ text }) => text).join("");
}
