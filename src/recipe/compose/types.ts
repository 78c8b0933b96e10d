// What is given to the reader of compose files, and what it answers with. Knows no server: files are names and texts, and
// whoever calls says which there are.

import type { Located, SourceText } from "../../base/source.ts";
import type { Places, StackSpec } from "../stack/types.ts";
import type { MapNode } from "./tree.ts";

/** What is to be known beside the compose files. */
export interface ReadOptions {
  /** Text of a file that the recipe names, by its path below the recipe's folder (`conf/web.env`); undefined: not there. */
  readonly read: (path: string) => string | undefined;
  /** Variables for `${NAME}` and for variables without value; they win over `.env`. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly profiles?: readonly string[] | undefined;
  /** Name of the stack; wins over `name:` of the files. */
  readonly name?: string | undefined;
  /** Tags that win over those of `x-berth`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Something to say about a recipe: an error keeps the stack from being made, a warning states what is not honoured. */
export interface ComposeNote {
  readonly severity: "error" | "warning" | "info";
  /** What and why: a sentence without a full stop. */
  readonly message: string;
  /** What to do instead. */
  readonly hint?: string | undefined;
  /** JSON pointer into the recipe as it is merged: `/services/db/ports/0`; empty: the whole. */
  readonly pointer: string;
  readonly place?: Located | undefined;
  /** An error that is no mistake of the file: Compose takes it, stacks of berth do not, or it was not at hand. */
  readonly refused?: true | undefined;
}

/** A recipe that was read: a spec when nothing was wrong, and what there is to say in any case. */
export interface ReadStack {
  readonly spec: StackSpec | undefined;
  /** Where the parts of the spec stand. */
  readonly places: Places;
  readonly notes: readonly ComposeNote[];
  /** The recipe as it is merged, with the place of everything, also where it makes no spec; undefined: nothing could be read. */
  readonly tree: MapNode | undefined;
  /** What `version:` says; undefined: nothing. */
  readonly version?: string | undefined;
}

/** The compose files, the first one first; others are laid over it. Names are paths below the recipe's folder. */
export type ComposeFiles = readonly SourceText[];
