// What a rule says, for a person at a terminal: its words, its weight under a policy, its examples, what peers call it.

import type { PolicyConfig } from "../policy/config.ts";
import type { RuleRow } from "../policy/explain.ts";
import type { Practice, PracticeExample } from "../policy/practice.ts";
import { documentOf } from "../policy/practice-example.ts";
import { severityOf } from "../policy/severity.ts";

/** A few paragraphs, ending with a line end. */
export function explainPractice(practice: Practice, policy: PolicyConfig): string {
  const { id, title, why, source, peers, controls = [], hint, message, fix, certainty } = practice;
  const weight = severityOf(practice, undefined, policy);
  const rows = [
    `${id}: ${title}`,
    `${weight} in the profile ${policy.profile}; ${practice.class}, ${certainty}; from ${source}`,
    "",
    why,
    "",
    `It says: ${message}`,
    ...casesText(id, practice.cases),
    ...(hint === undefined ? [] : [`Do:      ${hint}`]),
    ...(fix === undefined ? [] : [`Mended by ${fix === "safe" ? "--fix" : "--unsafe-fixes"}.`]),
    ...(peers.length === 0 ? [] : [`Peers:   ${peers.join(", ")}`]),
    ...(controls.length === 0 ? [] : [`Controls: ${controls.join(", ")}`]),
    ...exampleText("Found", practice.fails[0]),
    ...exampleText("In order", practice.passes[0]),
  ];
  return `${rows.join("\n")}\n`;
}

/** The same of a rule of services, which findings in compose files name as well. */
export function explainStackRule(row: RuleRow, { profile }: PolicyConfig): string {
  const rows = [
    `${row.id}: ${row.title}`,
    `${row.severity} in the profile ${profile}; ${row.class}, ${row.certainty}; from ${row.source}`,
    "",
    row.why,
    "",
    `It says: ${row.message}`,
    ...casesText(row.id, Object.fromEntries(row.cases.map(({ name, ...one }) => [name, one]))),
    ...(row.hint === undefined ? [] : [`Do:      ${row.hint}`]),
    ...(row.fails[0] === undefined ? [] : ["", `Found: ${row.fails[0]}`]),
    ...(row.passes[0] === undefined ? [] : ["", `In order: ${row.passes[0]}`]),
  ];
  return `${rows.join("\n")}\n`;
}

function casesText(
  id: string,
  cases: Readonly<Record<string, { readonly message?: string | undefined }>> = {},
): readonly string[] {
  return Object.entries(cases).flatMap(([name, { message }]) =>
    message === undefined ? [] : [`         ${message}  (${id}:${name})`],
  );
}

function exampleText(word: string, example: PracticeExample | undefined): readonly string[] {
  const text = example && documentOf(example)?.text;
  if (!example || text === undefined) return [];
  return [
    "",
    `${word}: ${example.shows}`,
    ...text
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`),
  ];
}
