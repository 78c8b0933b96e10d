// What the policy says of something: findings. Rules are made in this room; who asks decides what a finding stops.

import type { Located, Range } from "../base/source.ts";

export type Severity = "error" | "warning" | "info" | "style";

/** One thing that a rule found. */
export interface Finding {
  /** `SVC-01`. */
  readonly rule: string;
  /** `error` keeps the thing from happening. */
  readonly severity: Severity;
  /** What, where and why: a sentence. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string | undefined;
  /** JSON pointer into what was judged: `/services/db/ports/0`. */
  readonly pointer: string;
  /** Where that stands in somebody's file. */
  readonly place?: Located | undefined;
  /** `person`: somebody has to look; `unknown`: the facts to decide were not there; counted, never shown as passed. */
  readonly certainty: "certain" | "likely" | "person" | "unknown";
  /** The edit that mends it. */
  readonly fix?: Fix | undefined;
  /** Somebody allowed it: who and why, and until when (seconds since 1970). */
  readonly waived?: { readonly by: string; readonly reason: string; readonly until: number | null } | undefined;
}

/** A replacement of a part of a text; an empty range inserts. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** Edits of one text that mend a finding together; they do not overlap. */
export interface Fix {
  /** What it does, as a command: `add --no-install-recommends`. */
  readonly title: string;
  /** Keeps the meaning of the recipe; else it is applied only when somebody asks for unsafe fixes. */
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}
