// A Dockerfile as data, with the place of everything in its text. The parser makes it; the build, the converter and the
// policy engine read it. Words are raw: quotes, escapes and variables are still in them (`expand.ts` takes them out).

import type { Problem, Range, SourceText } from "../../base/source.ts";
import type { ScriptText, Segment } from "../script-text.ts";

/** A word as written, quotes and variables included; continuation lines are joined and comments between them removed. */
export interface Word {
  readonly text: string;
  readonly range: Range;
}

/** A parser directive of the head (`# syntax=`, `# escape=`, `# check=`); names in lower case. */
export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly range: Range;
}

/** A flag in front of the arguments: `--from=build`; a bare `--link` has no value. */
export interface Flag {
  readonly name: string;
  readonly value: string | undefined;
  readonly range: Range;
}

/** A here-document. */
export interface Heredoc {
  /** Delimiter without quotes. */
  readonly name: string;
  /** False when the delimiter was quoted: no variables are expanded in the content. */
  readonly expand: boolean;
  /** `<<-`: leading tabs are already removed from `content`. */
  readonly stripTabs: boolean;
  /** Content with its line ends. */
  readonly content: string;
  /** Where the characters of `content` came from: see `placeIn`. */
  readonly segments: readonly Segment[];
  /** Of the content in the text. */
  readonly range: Range;
}

/** A word of the JSON form; behind an escape such as `\u00e9` places are those of its backslash. */
export interface ExecItem extends ScriptText {
  /** With its quotes. */
  readonly range: Range;
}

/** What RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK CMD take. */
export type CommandForm =
  | {
      readonly form: "exec";
      readonly words: readonly string[];
      /** The words with their places, and where their characters came from. */
      readonly items: readonly ExecItem[];
      readonly range: Range;
    }
  /**
   * The text for the shell, continuations joined, and where its characters came from (see `placeIn`); here-documents
   * follow in `heredocs` of the instruction, and `script.ts` puts the two together.
   */
  | { readonly form: "shell"; readonly text: string; readonly segments: readonly Segment[]; readonly range: Range };

/** `NAME=value`; the name of ARG may stand alone. */
export interface Pair {
  readonly name: Word;
  readonly value: Word | undefined;
}

interface Common {
  /** The whole instruction with continuations and here-documents. */
  readonly range: Range;
  readonly keywordRange: Range;
  readonly flags: readonly Flag[];
  /** In the order of their markers; those of an ONBUILD are its trigger's. */
  readonly heredocs: readonly Heredoc[];
  /** Instruction as one line, as `docker history` would show it: keyword in capitals and the arguments. */
  readonly line: string;
}

export type Instruction = Common &
  (
    | { readonly keyword: "FROM"; readonly image: Word; readonly alias: Word | undefined }
    | { readonly keyword: "RUN" | "CMD" | "ENTRYPOINT" | "SHELL"; readonly command: CommandForm }
    | {
        readonly keyword: "COPY" | "ADD";
        /** In order; a here-document stands as `{ heredoc }`. */
        readonly sources: readonly (Word | { readonly heredoc: Heredoc })[];
        readonly destination: Word;
      }
    | { readonly keyword: "ENV" | "LABEL" | "ARG"; readonly pairs: readonly Pair[] }
    | { readonly keyword: "EXPOSE" | "VOLUME"; readonly words: readonly Word[] }
    | { readonly keyword: "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER"; readonly word: Word }
    /** No command: `HEALTHCHECK NONE`. */
    | { readonly keyword: "HEALTHCHECK"; readonly command: CommandForm | undefined }
    | { readonly keyword: "ONBUILD"; readonly trigger: Instruction }
  );

export type Keyword = Instruction["keyword"];

/** The record of instructions with this keyword; keywords that look alike share one. */
export type InstructionOf<Name extends Keyword> = Kind<Instruction, Name>;

type Kind<Member, Name extends Keyword> = Member extends { readonly keyword: infer Names }
  ? Name extends Names
    ? Member
    : never
  : never;

/** A comment line outside instructions. */
export interface Comment {
  readonly text: string;
  readonly range: Range;
}

/** A parsed Dockerfile. Instructions with mistakes are left out and named in `problems`. */
export interface Dockerfile {
  readonly source: SourceText;
  readonly escape: "\\" | "`";
  readonly directives: readonly Directive[];
  readonly comments: readonly Comment[];
  readonly instructions: readonly Instruction[];
  readonly problems: readonly Problem[];
}
