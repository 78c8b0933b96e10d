// Runs practices over subjects and makes findings of what they hit. Pure, never throws, and bounded: each practice sees each subject
// once. Knows no practice by name.

import type { SourceText } from "../base/source.ts";
import type { PolicyConfig } from "./config.ts";
import { fitsGlob } from "./glob.ts";
import { fillText } from "./message.ts";
import type { Practice } from "./practice.ts";
import type { PracticeWaiver } from "./practice-config.ts";
import type { PracticeKind, PracticeSubjects } from "./practice-subjects.ts";
import { type Hit, MOST_HITS } from "./rule.ts";
import { severityOf } from "./severity.ts";
import type { Finding } from "./types.ts";

/** What is judged, as findings name it. */
export interface JudgedThing {
  /** File, reference or digest: what waivers go by. */
  readonly names: readonly string[];
  /** The text that ranges are places of; undefined: images and hosts. */
  readonly source?: SourceText | undefined;
}

/** What practices find in a subject, in the order of the practices. */
export function judgePractices<Kind extends PracticeKind>(
  kind: Kind,
  subject: PracticeSubjects[Kind],
  practices: readonly Practice[],
  thing: JudgedThing,
): readonly Finding[] {
  return practices.flatMap((practice) => {
    const check = practice.checks[kind];
    if (check === undefined || subject.policy.severities.get(practice.id) === "off") return [];
    return hitsOf(check(subject)).flatMap((hit) => findingOf(practice, hit, subject, thing) ?? []);
  });
}

function hitsOf(verdict: Hit | readonly Hit[] | undefined): readonly Hit[] {
  if (verdict === undefined) return [];
  return "length" in verdict ? verdict.slice(0, MOST_HITS) : [verdict];
}

function findingOf(
  practice: Practice,
  hit: Hit,
  { policy, tables, facts }: PracticeSubjects[PracticeKind],
  { names, source }: JudgedThing,
): Finding | undefined {
  const severity = severityOf(practice, hit.case, policy);
  if (severity === "off") return undefined;
  const { message, hint } = textsOf(practice, hit);
  const fields = hit.fields ?? {};
  const waiver = waiverOf(practice.id, names, tables.waivers, facts.now);
  return {
    rule: practice.id,
    severity,
    message: fillText(message, fields),
    hint: hint === undefined ? undefined : fillText(hint, fields),
    pointer: hit.at ?? "",
    place: source && hit.range && { source, range: hit.range },
    certainty: hit.certainty ?? practice.certainty,
    fix: hit.fix,
    waived: waiver && { by: waiver.by, reason: waiver.reason, until: waiver.until },
  };
}

function textsOf(practice: Practice, { case: name }: Hit): Pick<Finding, "message" | "hint"> {
  const own = name === undefined ? undefined : practice.cases?.[name];
  if (name === "unknown" && own?.message === undefined)
    return { message: `Whether "${practice.title}" holds is not known: {what}`, hint: own?.hint };
  return { message: own?.message ?? practice.message, hint: own?.hint ?? practice.hint };
}

function waiverOf(
  id: string,
  names: readonly string[],
  waivers: readonly PracticeWaiver[],
  now: number | undefined,
): PracticeWaiver | undefined {
  return waivers.find(
    ({ rule, subject, until }) =>
      fitsGlob(rule, id) &&
      names.some((name) => fitsGlob(subject, name)) &&
      (until === null || (now !== undefined && now < until)),
  );
}

/** The subject's part that all kinds share. */
export function judgedWith(policy: PolicyConfig, facts: PracticeSubjects["host"]["facts"]): PracticeSubjects["host"] {
  return { policy, tables: policy.practices, facts };
}
