// What the policy says of something: findings. Rules are made in this room; who asks decides what a finding stops.

import type { Located } from "../base/source.ts";

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
  /** `unknown`: the facts to decide were not there; counted, never shown as passed. */
  readonly certainty: "certain" | "likely" | "unknown";
  /** Somebody allowed it: who and why, and until when (seconds since 1970). */
  readonly waived?: { readonly by: string; readonly reason: string; readonly until: number | null } | undefined;
}
