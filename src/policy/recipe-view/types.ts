// A recipe as practices see it: stages, steps, scripts, simple commands. Dockerfiles and definition files have one form, so that a
// practice about packages or downloads is written once (spec/policy.md section 0, decisions 2 and 3). All ranges are places in the
// source text, through continuation lines, here-documents and quotes.

import type { Problem, Range, SourceText } from "../../base/source.ts";
import type { Definition, Section } from "../../recipe/definition/ast.ts";
import type { Dockerfile, Instruction } from "../../recipe/dockerfile/ast.ts";
import type { MountFlag } from "../../recipe/dockerfile/mount-flag.ts";
import type { ShellTree } from "../../recipe/shell/ast.ts";
import type { ImageName } from "../image-name.ts";

export interface RecipeView {
  readonly kind: "dockerfile" | "definition";
  readonly source: SourceText;
  /** One of both. */
  readonly dockerfile: Dockerfile | undefined;
  readonly definition: Definition | undefined;
  readonly stages: readonly StageView[];
  /** The last stage, and before it the stages of this file that it is built from (spec/policy.md 1.14); the lowest first. */
  readonly chain: readonly StageView[];
  /** What the parsers have to say, of shell text, too. */
  readonly problems: readonly Problem[];
}

export interface StageView {
  readonly index: number;
  /** As written. */
  readonly name: string | undefined;
  readonly nameRange: Range | undefined;
  readonly range: Range;
  readonly base: BaseView;
  readonly steps: readonly StepView[];
  /** Belongs to `chain`. */
  readonly final: boolean;
  /** The environment that containers get: ENV, or exports of `%environment`; undefined value: not known. */
  readonly environment: ReadonlyMap<string, string | undefined>;
}

/** What a stage, `COPY --from` or a mount takes files from. */
export interface BaseView {
  /** As written. */
  readonly text: string;
  readonly range: Range;
  /** With variables put in; undefined: depends on what is not known. */
  readonly resolved: string | undefined;
  /** Bootstrap agent; `docker` for Dockerfiles. */
  readonly agent: string;
  /** The stage of this file that it names. */
  readonly stage: StageView | undefined;
  readonly scratch: boolean;
  /** Undefined: no image of a registry, or no reference. */
  readonly name: ImageName | undefined;
  /** Arguments without a value that it needs. */
  readonly missing: readonly string[];
}

/** What is known before a step. */
export interface StepState {
  /** Absolute; undefined: not known. */
  readonly folder: string | undefined;
  /** As written last; undefined: the base's. */
  readonly user: string | undefined;
  /** Environment and arguments that commands see; undefined value: not known. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** SHELL, or what scripts of the section run with. */
  readonly shell: readonly string[];
}

/** An instruction, or a section. All that one step does is one layer. */
export interface StepView {
  readonly stage: { readonly index: number; readonly final: boolean };
  /** `RUN`, `COPY`; of sections in small letters: `post`, `environment`, `runscript`, `apprun`. */
  readonly keyword: string;
  readonly range: Range;
  readonly keywordRange: Range;
  readonly instruction: Instruction | undefined;
  readonly section: Section | undefined;
  readonly before: StepState;
  readonly scripts: readonly ScriptView[];
  /** Of COPY, ADD and `%files`. */
  readonly copies: readonly CopyView[];
  /** Of RUN. */
  readonly mounts: readonly (MountFlag & { readonly range: Range })[];
  /** Pairs of ENV, ARG and LABEL, arguments and labels of definition files. */
  readonly pairs: readonly PairView[];
  /** In ONBUILD: runs in another build. */
  readonly onBuild: boolean;
}

export interface PairView {
  readonly name: string;
  readonly nameRange: Range;
  /** As written, without quotes; undefined: none. */
  readonly value: string | undefined;
  readonly valueRange: Range | undefined;
  readonly range: Range;
}

export interface CopyView {
  readonly range: Range;
  readonly sources: readonly {
    readonly text: string;
    readonly range: Range;
    readonly remote: boolean;
    readonly inline: boolean;
  }[];
  /** Absolute where the folder is known; undefined: depends on what is not known. */
  readonly target: string | undefined;
  readonly written: { readonly text: string; readonly range: Range };
  /** `--from`, or `%files from`. */
  readonly from: BaseView | undefined;
}

/** When a script is executed. */
export type ScriptPurpose = "build" | "setup" | "environment" | "entry" | "start" | "test" | "health";

export interface ScriptView {
  readonly purpose: ScriptPurpose;
  readonly range: Range;
  readonly text: string;
  /** The place in the source of a part of `text`. */
  place(range: Range): Range;
  /** `sh`, `bash`, `ash`, `dash`, `ksh`, `zsh`; of other interpreters there are no commands. */
  readonly shell: string | undefined;
  /** JSON form: one command without a shell. */
  readonly exec: boolean;
  /** A here-document is the script. */
  readonly heredoc: boolean;
  /** A failing command ends it from the beginning (`-e` of the shell, of SHELL). */
  readonly errexit: boolean;
  readonly pipefail: boolean;
  /** Its ranges are places in the recipe as parsed: the file, but for definition files with build arguments. */
  readonly tree: ShellTree | undefined;
  /** What a shell could not read of it, or of scripts inside it (`sh -c '…'`), with places in the file. */
  readonly problems: readonly Problem[];
  /** In the order of their execution, those of substitutions and functions, too. */
  readonly commands: readonly CommandView[];
  /** Comments, for ignores. */
  readonly comments: readonly Range[];
}

export interface WordView {
  /** As written. */
  readonly text: string;
  /** Without quotes, with variables that are known; undefined: depends on what is not known. */
  readonly value: string | undefined;
  readonly range: Range;
}

export interface AssignmentView {
  readonly name: string;
  readonly value: string | undefined;
  readonly text: string;
  readonly append: boolean;
  readonly range: Range;
}

export interface RedirectView {
  /** `>`, `>>`, `<`, `<<`, `<<<`, `&>`, `>&`. */
  readonly operator: string;
  /** `2`; undefined: the operator's own. */
  readonly descriptor: string | undefined;
  readonly target: WordView;
  /** Text of a here-document, with its place. */
  readonly content: { readonly text: string; readonly range: Range } | undefined;
  readonly range: Range;
}

/** A simple command, after wrappers (`sudo`, `env X=y`, `xargs`, `sh -c '…'`) are removed. */
export interface CommandView {
  /** Without folder: `apt-get`; empty: only assignments or redirections. Undefined: depends on what is not known. */
  readonly name: string | undefined;
  readonly nameRange: Range;
  /** Behind the name. */
  readonly words: readonly WordView[];
  readonly assignments: readonly AssignmentView[];
  readonly redirects: readonly RedirectView[];
  readonly range: Range;
  /** Names of the wrappers that were removed, the outermost first, with their places. */
  readonly wrappers: readonly { readonly name: string; readonly range: Range }[];
  /** What stands between it and its neighbours of the same list: `&&`, `||`, `;`, `&`, `|`, newline as `\n`; empty at the ends. */
  readonly operatorBefore: string;
  readonly operatorAfter: string;
  /** Place in its pipeline; `length` 1: no pipe. */
  readonly pipe: { readonly index: number; readonly length: number };
  /** Its failure ends the script. */
  readonly errexit: boolean;
  readonly pipefail: boolean;
  /** Of an `if`, `while` or `!`: it may fail. */
  readonly condition: boolean;
  /** In a command substitution. */
  readonly substituted: boolean;
  /** In the body of an `if`, a loop or a function: it may never run. */
  readonly conditional: boolean;
  /** Folder that it runs in, after `cd`s that are known. */
  readonly folder: string | undefined;
  /** What its process sees of variables: of the step, exports before it, its own assignments. Undefined value: not known. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** The script that it belongs to. */
  readonly purpose: ScriptPurpose;
}
