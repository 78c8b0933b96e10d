// A run over files: each is read, judged by its ruling with the facts around it, and what cannot be read does not keep the others from
// being checked.

import { hasCode } from "../base/errors.ts";
import type { SourceText } from "../base/source.ts";
import { type DocumentKind, documentKind } from "../policy/document-kind.ts";
import type { Finding } from "../policy/types.ts";
import type { OriginRuling } from "./config/rulings.ts";
import type { RegoText } from "./custom/rego.ts";
import { fail } from "./errors.ts";
import type { FactSource } from "./facts/facts.ts";
import type { FoundFile } from "./files/find-files.ts";
import { readSource } from "./files/read-source.ts";
import { type DocumentOptions, lintDocument } from "./lint-document.ts";
import type { CheckedThing } from "./report.ts";
import type { ShellText } from "./shellcheck/shellcheck.ts";

/** What a run is made with. */
export interface LintRun {
  readonly kind: DocumentKind | undefined;
  rulingOf(path: string): Promise<OriginRuling>;
  readonly facts: FactSource;
  /** What another engine finds in texts, by their names; undefined: there is none. */
  readonly second?: ((texts: readonly ShellText[]) => Promise<ReadonlyMap<string, readonly Finding[]>>) | undefined;
  /** What policies in Rego find in texts that have some; undefined: they are not asked. */
  readonly rego?: ((texts: readonly RegoText[]) => Promise<ReadonlyMap<string, readonly Finding[]>>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file with what holds for it. */
export interface LintedThing {
  readonly thing: CheckedThing;
  readonly ruling: OriginRuling;
}

/** What came of it. */
export interface LintedFiles {
  readonly things: readonly LintedThing[];
  /** What could not be read or known. */
  readonly failures: readonly Error[];
}

/** Checks files, in their order. @throws E_LINT_CONFIG and what else is wrong with configurations */
export async function lintFiles(files: readonly FoundFile[], run: LintRun): Promise<LintedFiles> {
  const failures: Error[] = [];
  const texts: ShellText[] = [];
  for (const { path, named } of files) {
    run.signal?.throwIfAborted();
    const source = await readSource(path).catch((error: Error) => error);
    const kind = source instanceof Error ? undefined : (run.kind ?? documentKind(source.name, source.text));
    if (source instanceof Error) failures.push(source);
    else if (kind !== undefined) texts.push({ source, kind });
    else if (named) failures.push(fail("E_LINT_KIND", { path }));
  }
  const linted = await lintTexts(texts, run);
  return { things: linted.things, failures: [...failures, ...linted.failures] };
}

/** Checks texts, in their order. @throws as `lintFiles` */
export async function lintTexts(texts: readonly ShellText[], run: LintRun): Promise<LintedFiles> {
  const { found, failure } = await otherFindings(texts, run);
  const things: LintedThing[] = [];
  for (const { source, kind } of texts) {
    run.signal?.throwIfAborted();
    things.push(await lintOne(source, { ...run, kind }, found.get(source.name)));
  }
  return { things, failures: failure ? [failure] : [] };
}

type Found = ReadonlyMap<string, readonly Finding[]>;

/** What other engines find. Their failure is answered, so that what practices find is shown all the same. */
async function otherFindings(texts: readonly ShellText[], run: LintRun) {
  const found = new Map<string, readonly Finding[]>();
  try {
    for (const part of [await run.second?.(texts), await regoFindings(texts, run)])
      for (const [name, findings] of part ?? []) found.set(name, [...(found.get(name) ?? []), ...findings]);
    return { found, failure: undefined };
  } catch (error) {
    if (!hasCode(error, "E_LINT_ENGINE")) throw error;
    return { found, failure: error as Error };
  }
}

async function regoFindings(texts: readonly ShellText[], run: LintRun): Promise<Found | undefined> {
  if (!run.rego) return undefined;
  const meant: RegoText[] = [];
  for (const text of texts) {
    const { modules } = await run.rulingOf(text.source.name);
    if (modules.length > 0) meant.push({ ...text, modules });
  }
  return meant.length === 0 ? undefined : await run.rego(meant);
}

/** Checks one text under its ruling. @throws E_LINT_CONFIG and what else is wrong with configurations */
export async function lintOne(source: SourceText, run: LintRun, others: readonly Finding[] = []): Promise<LintedThing> {
  const { ruling, options } = await optionsOf(source, run);
  return { ruling, thing: lintDocument(source, { ...options, others: { findings: others, asked: [] } }) };
}

/** What a text is checked with. */
export async function optionsOf(
  source: SourceText,
  run: LintRun,
): Promise<{ readonly ruling: OriginRuling; readonly options: DocumentOptions }> {
  const [ruling, facts] = await Promise.all([run.rulingOf(source.name), run.facts.factsOf(source)]);
  const { policy, practices } = ruling;
  return { ruling, options: { policy, practices, facts, kind: run.kind, read: run.facts.readerOf(source.name) } };
}
