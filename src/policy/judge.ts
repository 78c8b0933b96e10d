// Runs rules over subjects and makes findings of what they hit. Pure, never throws, and its work is bounded by the size of the
// document: each rule sees each subject of its kind once. Knows no rule by name.

import type { Located } from "../base/source.ts";
import type { Waiver } from "./config.ts";
import { fillText } from "./message.ts";
import { placeOf } from "./pointer.ts";
import type { AnyRule, Fields, Hit, Rule, Verdict } from "./rule.ts";
import { severityOf, weightOf } from "./severity.ts";
import type { Subject, SubjectKind, Subjects } from "./subjects.ts";
import type { Finding } from "./types.ts";
import { waiverOf } from "./waiver.ts";

export interface Judging {
  readonly rules: readonly AnyRule[];
  readonly places?: ReadonlyMap<string, Located> | undefined;
}

/** What the rules of a kind find in the subjects of that kind, in the order of rules. */
export function judge<Kind extends SubjectKind>(
  kind: Kind,
  subjects: readonly Subjects[Kind][],
  { rules, places }: Judging,
): readonly Finding[] {
  const ofKind = rules.filter((rule) => rule.on === kind) as unknown as readonly Rule<Kind>[];
  return ofKind.flatMap((rule) => subjects.flatMap((subject) => findingsOf(rule, subject, places)));
}

// Enough to see what is wrong; a hostile recipe must not make a page of millions.
const MOST_HITS = 50;

function findingsOf<Kind extends SubjectKind>(
  rule: Rule<Kind>,
  subject: Subjects[Kind],
  places: Judging["places"],
): readonly Finding[] {
  const plain = rule as unknown as AnyRule;
  if (subject.policy.severities.get(rule.id) === "off") return [];
  const findings = hitsOf(rule.check(subject)).flatMap((hit) => findingOf(plain, hit, subject, places) ?? []);
  if (findings.length <= MOST_HITS) return findings;
  // What stops a deployment must not be hidden behind many that do not.
  const weight = ({ severity, waived }: Finding) => (waived === undefined ? weightOf(severity) : -1);
  return [...findings].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_HITS);
}

function hitsOf(verdict: Verdict): readonly Hit[] {
  if (verdict === undefined) return [];
  return "length" in verdict ? verdict : [verdict];
}

function findingOf(rule: AnyRule, hit: Hit, subject: Subject, places: Judging["places"]): Finding | undefined {
  const { policy, facts, stack, serviceName } = subject;
  const severity = severityOf(rule, hit.case, policy);
  if (severity === "off") return undefined;
  const texts = textsOf(rule, hit);
  const fields = { stack, service: serviceName, ...hit.fields };
  const waivers = waiverOf({ rule: rule.id, stack, service: serviceName }, policy, facts.now);
  const pointer = subject.pointer + (hit.at ?? "");
  return {
    rule: rule.id,
    severity,
    message: fillText(texts.message, fields),
    hint: hintOf(texts.hint, fields, waivers.valid ? undefined : waivers.ended),
    pointer,
    place: placeOf(places, pointer),
    certainty: hit.certainty ?? rule.certainty,
    waived: waivers.valid && { by: waivers.valid.by, reason: waivers.valid.reason, until: waivers.valid.until },
  };
}

function textsOf(rule: AnyRule, { case: name }: Hit): { readonly message: string; readonly hint: string | undefined } {
  const own = name === undefined ? undefined : rule.cases?.[name];
  if (name === "unknown" && own?.message === undefined)
    return { message: `Whether "${rule.title}" holds is not known: {what}`, hint: own?.hint };
  return { message: own?.message ?? rule.message, hint: own?.hint ?? rule.hint };
}

function hintOf(template: string | undefined, fields: Fields, ended: Waiver | undefined): string | undefined {
  const hint = template === undefined ? undefined : fillText(template, fields);
  if (!ended?.until) return hint;
  // The moment is the end of a day, thus the next one.
  const date = dateOf(ended.until - 1);
  return [hint, fillText("the waiver by {by} counted until {date}", { by: ended.by, date })].filter(Boolean).join("; ");
}

function dateOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 10);
}
