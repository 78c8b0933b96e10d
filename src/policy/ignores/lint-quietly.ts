// The door for a text with its comments: what practices find in it, less what its comments keep quiet.

import type { Range, SourceText } from "../../base/source.ts";
import { parseDefinition } from "../../recipe/definition/parse.ts";
import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import type { PolicyConfig } from "../config.ts";
import { type DocumentKind, documentKind } from "../document-kind.ts";
import { type LintOptions, lintText } from "../lint-text.ts";
import type { Practice } from "../practice.ts";
import type { PracticeKind } from "../practice-subjects.ts";
import { PRACTICES } from "../practices/practices.ts";
import type { Finding } from "../types.ts";
import { applyIgnores, type Quieted } from "./apply-ignores.ts";
import { hasIgnores } from "./ignore-comment.ts";
import { findIgnores } from "./ignore-scope.ts";
import { newFindings } from "./other-findings.ts";

export interface QuietOptions extends LintOptions {
  /** What others found in the same text, and the ids of what they asked. */
  readonly others?: { readonly findings: readonly Finding[]; readonly asked: readonly string[] } | undefined;
}

/** What is found, what is quiet, and which rules were asked. */
export interface LintedText extends Quieted {
  readonly asked: readonly string[];
}

/** Checks a text. Never throws; a text of no known kind has no findings. */
export function lintQuietly(source: SourceText, options: QuietOptions): LintedText {
  const kind = options.kind ?? documentKind(source.name, source.text);
  if (kind === undefined) return { findings: [], quiet: [], asked: [] };
  const { others, policy, practices = PRACTICES, facts } = options;
  const asked = [...askedOf(kind, { policy, practices }), ...(others?.asked ?? [])];
  const own = lintText(source, { ...options, kind });
  const findings =
    others && others.findings.length > 0
      ? [...own, ...newFindings(others.findings, own, { policy, practices: PRACTICES })]
      : own;
  if (!hasIgnores(source.text)) return { findings: inOrder(findings), quiet: [], asked };
  const ignores = findIgnores(source.text, kind, blocksOf(source, kind));
  const known = practices === PRACTICES ? PRACTICES : [...new Set([...PRACTICES, ...practices])];
  const rules = { source, policy, practices: known, asked: new Set(asked), now: facts?.now };
  const { findings: kept, quiet } = applyIgnores(findings, ignores, rules);
  return { findings: inOrder(kept), quiet, asked };
}

const SUBJECTS: Readonly<Record<DocumentKind, readonly PracticeKind[]>> = {
  dockerfile: ["recipe"],
  definition: ["recipe"],
  compose: ["compose", "launch"],
  script: ["launch", "script"],
};

type Asking = Pick<LintOptions, "policy" | "practices">;

const ASKED = new WeakMap<PolicyConfig, Map<string, { practices: readonly Practice[]; asked: readonly string[] }>>();

/** Ids of the practices that look at texts of a kind under a policy. Those without checks look at comments. */
export function askedOf(kind: DocumentKind, { policy, practices = PRACTICES }: Asking): readonly string[] {
  // The same for thousands of files.
  const kept = ASKED.get(policy) ?? new Map();
  ASKED.set(policy, kept);
  const known = kept.get(kind);
  if (known?.practices === practices) return known.asked;
  const asked = practices.filter((one) => looksAt(one, kind) && policy.severities.get(one.id) !== "off");
  const ids = asked.map(({ id }) => id);
  kept.set(kind, { practices, asked: ids });
  return ids;
}

function looksAt({ checks }: Practice, kind: DocumentKind): boolean {
  return Object.keys(checks).length === 0 || SUBJECTS[kind].some((subject) => checks[subject] !== undefined);
}

/** The instructions or sections of a text, which a comment above covers as wholes. */
export function blocksOf(source: SourceText, kind: DocumentKind): readonly Range[] {
  if (kind === "dockerfile") return parseDockerfile(source).instructions.map(({ range }) => range);
  if (kind !== "definition") return [];
  return parseDefinition(source).stages.flatMap(({ headers, sections }) =>
    [...headers, ...sections].map(({ range }) => range),
  );
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const start = ({ place }: Finding) => place?.range.start ?? -1;
  return [...findings].sort((a, b) => start(a) - start(b) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
}
