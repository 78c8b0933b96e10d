// What a rule is: words, severity, a check over one kind of subject, and the examples that are its tests. Rules are data; the
// judge (`judge.ts`) runs them, the handbook (`explain.ts`) prints them. Knows no rule.

import type { Range } from "../base/source.ts";
import type { Example } from "./example.ts";
import type { SubjectKind, Subjects } from "./subjects.ts";
import type { Finding, Fix, Severity } from "./types.ts";

/** What a check found. Fields fill the rule's texts; those of the subject (`service`, `stack`, …) are there already. */
export interface Hit {
  readonly fields?: Fields | undefined;
  /** One of the rule's cases; `unknown` is every rule's. */
  readonly case?: string | undefined;
  /** JSON pointer below the subject's: `/user`. */
  readonly at?: string | undefined;
  readonly certainty?: Finding["certainty"] | undefined;
  /** Where in the text that was judged, for what is a text. */
  readonly range?: Range | undefined;
  readonly fix?: Fix | undefined;
}

export type Fields = Readonly<Record<string, string | number | undefined>>;

/** Of one practice in one thing: enough to see what is wrong; a hostile recipe must not make a page of millions. */
export const MOST_HITS = 200;

/** Nothing, one, or several. */
export type Verdict = Hit | readonly Hit[] | undefined;

/** A variety of what a rule finds, with its own words or weight. */
export interface RuleCase {
  readonly severity?: Severity | undefined;
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
}

/** A rule over one kind of subject. */
export interface Rule<Kind extends SubjectKind> {
  readonly id: string;
  readonly title: string;
  readonly on: Kind;
  /** Of the plain case, unless a profile or the site says otherwise. */
  readonly severity: Severity;
  readonly class: "required" | "recommended" | "optional";
  /** `likely` for what is read from signs. */
  readonly certainty: "certain" | "likely";
  /** `{field}` is filled in. What, where; no full stop. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string | undefined;
  /** Why the rule is there: for people who have to keep it. */
  readonly why: string;
  /** The part of the site's best practices that it comes from, or `ours`. */
  readonly source: string;
  readonly cases?: Readonly<Record<string, RuleCase>> | undefined;
  /** Weight of a verdict that facts are missing for; `error` where a guess would open a door. `info` unless said. */
  readonly unknown?: Severity | undefined;
  readonly check: (subject: Subjects[Kind]) => Verdict;
  readonly passes: readonly Example[];
  readonly fails: readonly Example[];
}

export type AnyRule = { readonly [Kind in SubjectKind]: Rule<Kind> }[SubjectKind];

/** Declares a rule; the check's subject follows from `on`. */
export function rule<Kind extends SubjectKind>(declared: Rule<Kind>): Rule<Kind> {
  return declared;
}

/** The verdict that `what` would have to be known. */
export function unknown(what: string, at?: string): Hit {
  return { case: "unknown", fields: { what }, certainty: "unknown", at };
}
