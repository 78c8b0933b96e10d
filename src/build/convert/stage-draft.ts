// One stage of a definition while a Dockerfile's instructions are carried over into it: its sections, and what the
// instructions so far have set. Knows nothing of single instructions.

import { posix } from "node:path";
import type { Heredoc, Instruction, Word } from "../../recipe/dockerfile/ast.ts";
import { expandContent, expandWord } from "../../recipe/dockerfile/expand.ts";
import { framed, type Scope } from "../dockerfile/scope.ts";
import type { ContextView } from "./context-view.ts";
import { lower, type Part, type Piece, remark } from "./ledger.ts";
import type { ShellFunction } from "./shell-functions.ts";
import { hasVariables, shellWord, variableMark } from "./unknown-values.ts";

/** What holds for the whole conversion. */
export interface Conversions {
  readonly scope: Scope;
  readonly context: ContextView;
  /** The comment lines that stand in front of instructions. */
  readonly comments: ReadonlyMap<Instruction, readonly string[]>;
  /** The definition's name of a stage or an image that files are taken from. */
  stageName(reference: string): string;
}

/** Something to be said once for the whole image, with the instruction that says it. */
export interface Said<Value> {
  readonly value: Value;
  readonly part: Part;
}

/** A stage as far as its instructions have come. */
export interface StageDraft {
  readonly job: Conversions;
  /** Only the last stage has sections that matter when the image runs. */
  readonly final: boolean;
  /** What the stage begins with. */
  readonly base: "scratch" | "image";
  /** Commands can be run while it is built; otherwise everything must be said in `%files`. */
  readonly commands: boolean;
  readonly files: { readonly from: string | undefined; readonly line: string; readonly part: Part }[];
  readonly post: Piece[];
  readonly environment: Piece[];
  readonly labels: Map<string, Said<string>>;
  readonly help: Said<string>[];
  /** Known values; those that hold something unknown are in `unknown`. */
  readonly values: Map<string, string>;
  /** Names set by ENV: an ARG does not change them. */
  readonly fixed: Set<string>;
  readonly unknown: Set<string>;
  readonly shell: readonly string[];
  readonly cwd: Said<string> | undefined;
  readonly user: Said<string> | undefined;
  readonly entrypoint: Said<readonly string[]> | undefined;
  readonly cmd: Said<readonly string[]> | undefined;
  /** The CMD is of the stage at hand, not of one below it: an ENTRYPOINT then keeps it. */
  readonly ownCmd: boolean;
  readonly health: Said<string> | undefined;
  /** A RUN has been there: what follows must keep its place behind it. */
  readonly ran: boolean;
  /** Folders taken below `STAGING`. */
  readonly staged: number;
  /** Shell functions that `%post` needs. */
  readonly functions: ReadonlySet<ShellFunction>;
  /** Where the content of each cache waits between the steps that see it, by its name. */
  readonly caches: ReadonlyMap<string, string>;
}

/** A stage before its first instruction. */
export function newStageDraft(
  job: Conversions,
  { final, base, commands }: Pick<StageDraft, "final" | "base" | "commands">,
): StageDraft {
  return {
    ...{ job, final, base, commands, files: [], post: [], environment: [], labels: new Map(), help: [] },
    ...{ values: new Map(), fixed: new Set(), unknown: new Set(), shell: DEFAULT_SHELL, ran: false, staged: 0 },
    ...{ cwd: undefined, user: undefined, entrypoint: undefined, cmd: undefined, health: undefined },
    ...{ ownCmd: false, functions: new Set(), caches: new Map() },
  };
}

/** What runs a command in shell form unless SHELL says otherwise. */
export const DEFAULT_SHELL: readonly string[] = ["/bin/sh", "-c"];

/** The draft with a shell function that its `%post` needs. */
export function withFunction(draft: StageDraft, ...names: readonly ShellFunction[]): StageDraft {
  return { ...draft, functions: new Set([...draft.functions, ...names]) };
}

/** True while commands run as root. */
export function rootUser({ user }: StageDraft): boolean {
  return user === undefined || /^(root|0)?(:(root|0)?)?$/.test(user.value);
}

/** A word with its variables put in; those that only the base image knows stay as marks, and the part says so. */
export function wordValue(word: Word, draft: StageDraft, part: Part): string {
  const { scope } = draft.job;
  const options = { get: lookUp(draft, part), escape: scope.escape };
  const { text } = framed({ source: scope.source, range: word.range }, () => expandWord(word.text, options));
  return remarked(text, part);
}

/** The content of a here-document in the same way. */
export function contentValue({ content, expand, range }: Heredoc, draft: StageDraft, part: Part): string {
  if (!expand) return content;
  const { source } = draft.job.scope;
  return remarked(
    framed({ source, range }, () => expandContent(content, { get: lookUp(draft, part) })),
    part,
  );
}

function lookUp(draft: StageDraft, part: Part): (name: string, plain: boolean) => string | undefined {
  return (name, plain) => {
    const known = draft.values.get(name);
    if (known !== undefined && !draft.unknown.has(name)) return known;
    if (plain || known !== undefined) return variableMark(name);
    lower(part, "approximated", `${name} is taken as unset here; the base image may set it`);
    return undefined;
  };
}

function remarked(text: string, part: Part): string {
  if (hasVariables(text)) remark(part, "a variable of the base image is read when the image is built or run");
  return text;
}

/** Sets a variable for the instructions that follow. */
export function setValue(draft: StageDraft, name: string, value: string): void {
  draft.values.set(name, value);
  if (hasVariables(value)) draft.unknown.add(name);
  else draft.unknown.delete(name);
}

/** An owner for `chown`. Without a group it is the user's own, or for a number the one with the same number. */
export function ownerWord(owner: string): string {
  if (owner.includes(":")) return shellWord(owner);
  return /^\d+$/.test(owner) ? `${owner}:${owner}` : `${shellWord(owner)}:"$(id -g ${shellWord(owner)})"`;
}

/** A path of the image as seen from WORKDIR. A slash at its end stays. */
export function absolutePath(path: string, { cwd }: StageDraft): string {
  // A variable of the base image may hold a whole path.
  if (hasVariables(path.slice(0, 1))) return path;
  const whole = posix.resolve(cwd?.value ?? "/", path);
  return /(?:^|\/)\.?$/.test(path) && whole !== "/" ? `${whole}/` : whole;
}

/** Says of a relative path that it begins where nobody knows: no WORKDIR came before it. */
export function noteFolder(path: string, { cwd, base }: StageDraft, part: Part): void {
  if (cwd || base === "scratch" || path.startsWith("/") || hasVariables(path.slice(0, 1))) return;
  lower(part, "approximated", "the base image's folder is taken to be /");
}
