// What a practice is: a rule of the catalogue (spec/policy.md section 1) that may look at recipes, at launches, at images and at
// hosts. Practices are data like the rules of stacks (`rule.ts`); `judge-practices.ts` runs them. Knows no practice.

import type { AuditedImage } from "../audit/types.ts";
import type { PracticeConfig } from "./practice-config.ts";
import type { PracticeFacts } from "./practice-facts.ts";
import type { PracticeKind, PracticeSubjects } from "./practice-subjects.ts";
import type { RuleCase, Verdict } from "./rule.ts";
import type { Severity } from "./types.ts";

export interface Practice {
  /** `PKG003`: the catalogue's. */
  readonly id: string;
  readonly title: string;
  /** Of the plain case, unless a profile or the site says otherwise. */
  readonly severity: Severity;
  readonly class: "required" | "recommended" | "optional";
  /** `likely` for what is read from signs; `person` where only people can tell. */
  readonly certainty: "certain" | "likely" | "person";
  /** `{field}` is filled in. What, where; no full stop. */
  readonly message: string;
  /** The edit, in words. */
  readonly hint?: string | undefined;
  /** Why the practice is there: for people who have to keep it. */
  readonly why: string;
  /** Sections of the best practices: `N2.5`, `Spin: Building images`; or `ours`. */
  readonly source: string;
  /** Ids of other checkers for the same; taken as names in comments that ignore findings. */
  readonly peers: readonly string[];
  /** Controls of public benchmarks: `CIS 4.1`, `NIST 800-190 3.1.2`. */
  readonly controls?: readonly string[] | undefined;
  /** Rules of stacks (`rules/`) that find the same in services; a compose file is told once. */
  readonly counterparts?: readonly string[] | undefined;
  readonly cases?: Readonly<Record<string, RuleCase>> | undefined;
  /** Weight of a verdict that facts are missing for; `info` unless said. */
  readonly unknown?: Severity | undefined;
  /** What its fixes are, where it offers some. */
  readonly fix?: "safe" | "unsafe" | undefined;
  readonly checks: { readonly [Kind in PracticeKind]?: (subject: PracticeSubjects[Kind]) => Verdict };
  readonly passes: readonly PracticeExample[];
  readonly fails: readonly PracticeExample[];
}

/** A small case, with what is to come of it. Exactly one of the documents is given. */
export interface PracticeExample {
  /** What it shows, in a few words. */
  readonly shows: string;
  readonly dockerfile?: string | undefined;
  readonly definition?: string | undefined;
  /** A compose file; below `services:` a service `web` with an image is made where only its keys are given (see `practice-example.ts`). */
  readonly compose?: string | undefined;
  /** A run line or a job script. */
  readonly run?: string | undefined;
  /** Parts of an image, laid over the one of the examples. */
  readonly image?: Partial<AuditedImage> | undefined;
  /** Judges the host alone, by the facts. */
  readonly host?: true | undefined;
  readonly facts?: PracticeFacts | undefined;
  /** Tables laid over those of the profile. */
  readonly policy?: Partial<PracticeConfig> | undefined;
  readonly profile?: "generic" | "nccs" | "spin" | undefined;
  /** What the finding must be, where it is not the plain case. */
  readonly expect?:
    | {
        readonly case?: string;
        readonly severity?: Severity;
        readonly certainty?: "certain" | "likely" | "person" | "unknown";
        /** Line of the finding's first character, from 1. */
        readonly line?: number;
        /** Part of the message. */
        readonly says?: string;
        /** The text after its fix. */
        readonly fixed?: string;
      }
    | undefined;
}

/** Declares a practice; there so that a record is checked where it is written. */
export function practice(declared: Practice): Practice {
  return declared;
}
