// A shell script as data (POSIX sh and bash), with the place of everything in its text. Words are raw: quotes, escapes
// and expansions stand in their parts (`word-text.ts` takes them out). Knows no command and no rule.

import type { Problem, Range } from "../../base/source.ts";
import type { Segment } from "../script-text.ts";

/** Which shell will run the text. What only bash has is read in both. */
export type ShellDialect = "posix" | "bash";

/** A leaf of the text. All tokens one behind the other are the text, byte for byte. */
export interface Token {
  readonly kind: "word" | "operator" | "newline" | "blank" | "continuation" | "comment" | "heredoc" | "skipped";
  readonly text: string;
  readonly range: Range;
}

/** A comment, from its `#` to the end of its line. */
export interface Comment {
  /** Without the number sign and the blanks around. */
  readonly text: string;
  readonly range: Range;
}

/** What a script's text was read as. */
export interface ShellTree {
  readonly dialect: ShellDialect;
  readonly script: Script;
  readonly comments: readonly Comment[];
  /** Leaves in the order of the text, without a gap. */
  readonly tokens: readonly Token[];
  /** In the order of the text. */
  readonly problems: readonly Problem[];
}

/** Statements one behind the other: a whole text, a substitution, or what stands between `then` and `fi`. */
export interface Script {
  readonly statements: readonly Statement[];
  readonly range: Range;
}

/** Pipelines joined by `&&` and `||`, and what ends them. */
export interface Statement {
  readonly pipelines: readonly Pipeline[];
  /** Between the pipelines, so one fewer. */
  readonly operators: readonly Operator<"&&" | "||">[];
  /** Undefined at the end of the text or before a closing keyword or parenthesis. */
  readonly terminator: Operator<";" | "&" | "\n"> | undefined;
  readonly range: Range;
}

/** An operator where it stands. */
export interface Operator<Name extends string = string> {
  readonly text: Name;
  readonly range: Range;
}

/** Commands joined by `|` and `|&`. */
export interface Pipeline {
  /** `!` stands in front. */
  readonly negated: boolean;
  /** `time` stands in front. */
  readonly timed: boolean;
  readonly commands: readonly Command[];
  readonly operators: readonly Operator<"|" | "|&">[];
  readonly range: Range;
}

/** A command of any kind. */
export type Command = SimpleCommand | CompoundCommand | FunctionDefinition;

/** Assignments, words and redirections: `A=1 make -j2 > log`. */
export interface SimpleCommand {
  readonly kind: "simple";
  readonly assignments: readonly Assignment[];
  /** Empty for assignments or redirections alone; the first one is the command's name. */
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly range: Range;
}

interface Compound {
  /** Behind the closing keyword. */
  readonly redirects: readonly Redirect[];
  readonly range: Range;
}

/** Commands that hold commands. */
export type CompoundCommand = Compound &
  (
    | { readonly kind: "group" | "subshell"; readonly body: Script }
    | { readonly kind: "if"; readonly branches: readonly Branch[]; readonly otherwise: Script | undefined }
    /** `words` is undefined without `in`: the positional parameters. */
    | {
        readonly kind: "for" | "select";
        readonly variable: Word;
        readonly words: readonly Word[] | undefined;
        readonly body: Script;
      }
    /** `for ((i = 0; i < 3; i++))`. */
    | { readonly kind: "arithmetic-for"; readonly expression: Expression; readonly body: Script }
    | { readonly kind: "while" | "until"; readonly condition: Script; readonly body: Script }
    | { readonly kind: "case"; readonly subject: Word; readonly clauses: readonly Clause[] }
    /** `[[ … ]]`: operands and operators in their order. */
    | { readonly kind: "test"; readonly items: readonly TestItem[] }
    /** `(( … ))`. */
    | { readonly kind: "arithmetic"; readonly expression: Expression }
    | { readonly kind: "coproc"; readonly name: Word | undefined; readonly command: Command | undefined }
  );

/** `name() { … }` or `function name { … }`. */
export interface FunctionDefinition {
  readonly kind: "function";
  readonly name: Word;
  /** Undefined after a mistake that was noted. */
  readonly body: Command | undefined;
  readonly range: Range;
}

/** `if` or `elif` and its commands. */
export interface Branch {
  readonly condition: Script;
  readonly body: Script;
  readonly range: Range;
}

/** `pattern | pattern) commands ;;`. */
export interface Clause {
  readonly patterns: readonly Word[];
  readonly body: Script;
  readonly terminator: Operator<";;" | ";&" | ";;&"> | undefined;
  readonly range: Range;
}

/** A part of `[[ … ]]`: an operand, or `-f`, `==`, `=~`, `&&`, `!`, `(` and their kin. */
export type TestItem =
  | { readonly kind: "operand"; readonly word: Word }
  | { readonly kind: "operator"; readonly text: string; readonly range: Range };

/** Arithmetic as written, and the expansions in it. */
export interface Expression {
  readonly text: string;
  readonly parts: readonly WordPart[];
  readonly range: Range;
}

/** `NAME=value`, `NAME+=value`, `NAME[index]=value` or `NAME=(…)`. */
export interface Assignment {
  readonly name: string;
  readonly nameRange: Range;
  /** What stands in the square brackets behind the name. */
  readonly index: string | undefined;
  readonly append: boolean;
  /** Undefined for `NAME=` and for arrays. */
  readonly value: Word | undefined;
  /** The items of an array, `[key]=value` as it stands. */
  readonly array: readonly Word[] | undefined;
  readonly range: Range;
}

/** A redirection: `2>&1`, `&> log`, `<<EOF`. */
export interface Redirect {
  /** `2`, or `{name}`; undefined when the operator's own counts. */
  readonly descriptor: string | undefined;
  readonly operator: RedirectOperator;
  /** Of a here-document its delimiter as written; undefined after a mistake that was noted. */
  readonly target: Word | undefined;
  readonly heredoc: Heredoc | undefined;
  readonly range: Range;
}

export type RedirectOperator = "<" | ">" | ">>" | "<<" | "<<-" | "<<<" | "<&" | ">&" | "<>" | ">|" | "&>" | "&>>";

/** A here-document. */
export interface Heredoc {
  /** Without quotes. */
  readonly delimiter: string;
  /** False when the delimiter was quoted: nothing in the content is expanded. */
  readonly expand: boolean;
  readonly stripTabs: boolean;
  /** With its line ends; for `<<-` without the tabs in front of its lines. */
  readonly content: string;
  /** The content cut at its expansions; one literal when nothing is expanded. */
  readonly parts: readonly WordPart[];
  /** Of the content in the text, tabs included, the line with the delimiter not. */
  readonly range: Range;
}

/** A word of a command. */
export interface Word {
  /** As written, quotes included. */
  readonly text: string;
  readonly parts: readonly WordPart[];
  readonly range: Range;
  /** Where the characters of `text` came from, when the source has more between them: continued lines that were joined. */
  readonly segments?: readonly Segment[];
}

/** What words are made of. A line continuation inside a word is in no part. */
export type WordPart = { readonly range: Range } & (
  | { readonly kind: "literal"; readonly text: string }
  /** A backslash and `text`, the character behind it. */
  | { readonly kind: "escape"; readonly text: string }
  /** A whole word of a command that no shell reads: see `argv.ts`. */
  | { readonly kind: "argument"; readonly text: string }
  /** `'…'`: `text` is what stands between the quotes. */
  | { readonly kind: "single"; readonly text: string }
  /** `$'…'`: `text` has its escapes taken out. */
  | { readonly kind: "ansi"; readonly text: string }
  /** `"…"`, or `$"…"`. */
  | { readonly kind: "double"; readonly parts: readonly WordPart[] }
  | Parameter
  /** `$(…)`, or the same in backquotes. */
  | { readonly kind: "command"; readonly style: "$(" | "`"; readonly script: Script }
  /** `$((…))`, or the old `$[…]`. */
  | { readonly kind: "arithmetic"; readonly expression: Expression }
  /** `<(…)` and `>(…)`. */
  | { readonly kind: "process"; readonly direction: "<" | ">"; readonly script: Script }
  /** `*`, `?`, `[a-z]`, `@(a|b)`: `text` as written. */
  | { readonly kind: "glob"; readonly text: string }
  /** `~` or `~user` at the beginning of a word: `text` is the user. */
  | { readonly kind: "tilde"; readonly text: string }
);

/** `$NAME`, `${NAME}`, `${NAME:-word}`, `${#NAME}`, `${!NAME}`. */
export interface Parameter {
  readonly kind: "parameter";
  /** A name, a digit or a special character such as `@`. */
  readonly name: string;
  readonly braced: boolean;
  /** `#` (length) or `!` (indirection) in front of the name. */
  readonly prefix: "#" | "!" | undefined;
  /** What stands in square brackets behind the name. */
  readonly index: string | undefined;
  /** `:-`, `-`, `:=`, `:+`, `:?`, `#`, `##`, `%`, `%%`, `/`, `//`, `:`, `^`, `,`, `@` and their kin. */
  readonly operator: string | undefined;
  /** Everything between the operator and the closing brace. */
  readonly operand: Word | undefined;
  readonly range: Range;
}
