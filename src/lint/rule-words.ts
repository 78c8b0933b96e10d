// The words of rules for reports: of practices, and of rules of stacks that compose files are checked with.

import type { PolicyConfig } from "../policy/config.ts";
import type { Practice } from "../policy/practice.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { RULES } from "../policy/rules/rules.ts";
import { severityOf } from "../policy/severity.ts";
import type { CheckedThing, RuleWords } from "./report.ts";

/** Words of every rule that was asked or that found something; others are not told of. */
export function ruleWords(
  things: readonly CheckedThing[],
  policy: PolicyConfig,
  practices: readonly Practice[] = PRACTICES,
): ReadonlyMap<string, RuleWords> {
  const used = new Set(things.flatMap(({ asked, findings }) => [...asked, ...findings.map(({ rule }) => rule)]));
  const words = [...practices.map((one) => wordsOf(one, policy)), ...RULES.map((one) => wordsOf(one, policy))];
  const known = new Map(words.map((one) => [one.id, one]));
  return new Map(
    [...used].flatMap((id) => [known.get(id) ?? foreignWords(id) ?? []].flat()).map((one) => [one.id, one]),
  );
}

function foreignWords(id: string): RuleWords | undefined {
  if (!/^SC\d{4}$/.test(id)) return undefined;
  const why = `ShellCheck explains it on its page ${id}.`;
  return { id, title: `ShellCheck ${id}`, why, source: "ShellCheck", severity: "warning", peers: [], controls: [] };
}

type Worded = Pick<Practice, "id" | "title" | "why" | "source" | "severity"> &
  Partial<Pick<Practice, "peers" | "controls" | "cases">>;

function wordsOf(rule: Worded, policy: PolicyConfig): RuleWords {
  const { id, title, why, source, peers = [], controls = [] } = rule;
  const severity = severityOf(rule, undefined, policy);
  return { id, title, why, source, severity: severity === "off" ? rule.severity : severity, peers, controls };
}
