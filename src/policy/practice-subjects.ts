// What practices look at, by kind. A recipe is a Dockerfile or a definition file in their common form; a launch is one container as
// a compose file or a run line asks for it, in their common form.

import type { AuditedImage } from "../audit/types.ts";
import type { Problem, SourceText } from "../base/source.ts";
import type { MapNode } from "../recipe/compose/tree.ts";
import type { ComposeNote } from "../recipe/compose/types.ts";
import type { StackSpec } from "../recipe/stack/types.ts";
import type { PolicyConfig } from "./config.ts";
import type { LaunchView } from "./launch-view/types.ts";
import type { PracticeConfig } from "./practice-config.ts";
import type { PracticeFacts } from "./practice-facts.ts";
import type { CommandView, RecipeView } from "./recipe-view/types.ts";

interface Judged {
  readonly policy: PolicyConfig;
  /** The tables of practices: `policy.practices`. */
  readonly tables: PracticeConfig;
  readonly facts: PracticeFacts;
}

export interface RecipeSubject extends Judged {
  readonly recipe: RecipeView;
}

export interface LaunchSubject extends Judged {
  readonly launch: LaunchView;
}

/** A job script or another script, as commands. */
export interface ScriptSubject extends Judged {
  readonly source: SourceText;
  readonly commands: readonly CommandView[];
  /** What a shell could not read of it. */
  readonly problems: readonly Problem[];
  /** What its first line names, where that is no shell whose grammar is known here: the commands are a guess. */
  readonly interpreter: string | undefined;
}

/** A compose file as a whole. */
export interface ComposeSubject extends Judged {
  readonly source: SourceText;
  /** Undefined: it has mistakes, and makes no stack. */
  readonly spec: StackSpec | undefined;
  /** The file as it is merged: `valueAt(tree, "secrets")`; every node has its place. */
  readonly tree: MapNode;
  /** What its reader has to say. */
  readonly notes: readonly ComposeNote[];
  /** Its services, in their order. */
  readonly launches: readonly LaunchView[];
  /** What its `version:` says, and where. */
  readonly version: { readonly text: string; readonly range: LaunchView["range"] } | undefined;
}

export interface AuditSubject extends Judged {
  readonly image: AuditedImage;
}

/** The machine, the site and its registry, by facts alone. */
export type HostSubject = Judged;

/** Subjects by kind. */
export interface PracticeSubjects {
  readonly recipe: RecipeSubject;
  readonly launch: LaunchSubject;
  readonly script: ScriptSubject;
  readonly compose: ComposeSubject;
  readonly image: AuditSubject;
  readonly host: HostSubject;
}

export type PracticeKind = keyof PracticeSubjects;
