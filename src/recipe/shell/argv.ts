// A command that is given as a list of words, without a shell (`CMD ["sh", "-c", "…"]`), as the tree of a script: so that
// wrappers are taken off and inner scripts are read as everywhere else. Nothing in it is expanded.

import type { Range } from "../../base/source.ts";
import type { ScriptText } from "../script-text.ts";
import type { ShellTree, SimpleCommand, Word } from "./ast.ts";

/** A word with its place, and where its characters came from. */
export interface ArgvWord extends ScriptText {
  readonly range: Range;
}

/** The tree of one command with these words; it has no tokens. */
export function argvTree(argv: readonly ArgvWord[], range: Range): ShellTree {
  const command: SimpleCommand = { kind: "simple", assignments: [], words: argv.map(wordOf), redirects: [], range };
  const pipeline = { negated: false, timed: false, commands: [command], operators: [], range };
  const statements = [{ pipelines: [pipeline], operators: [], terminator: undefined, range }];
  return { dialect: "posix", script: { statements, range }, comments: [], tokens: [], problems: [] };
}

function wordOf({ text, segments, range }: ArgvWord): Word {
  return { text, parts: [{ kind: "argument", text, range }], range, segments };
}
