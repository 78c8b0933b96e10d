// A document of an editor after it was checked, and what is to be shown of it: diagnostics, words at a place, actions. Pure.

import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Range as EditorRange,
  type Hover,
  MarkupKind,
  type TextEdit,
} from "vscode-languageserver/node";
import type { Range, SourceText } from "../../base/source.ts";
import type { DocumentKind } from "../../policy/document-kind.ts";
import { ignoreEdit } from "../../policy/ignores/ignore-place.ts";
import { blocksOf } from "../../policy/ignores/lint-quietly.ts";
import type { Edit, Finding, Severity } from "../../policy/types.ts";
import { fixText } from "../fix/fix-text.ts";
import { regionOf } from "../line-index.ts";
import { type CheckedThing, classOf, type RuleWords } from "../report.ts";

export interface CheckedDocument {
  readonly uri: string;
  readonly source: SourceText;
  readonly kind: DocumentKind;
  readonly thing: CheckedThing;
  readonly rules: ReadonlyMap<string, RuleWords>;
  /** Checks a text of the same document again. */
  findingsOf(source: SourceText): readonly Finding[];
}

const WEIGHTS: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  style: DiagnosticSeverity.Hint,
};

/** What an editor underlines. What is not known or waived is not shown: nobody can mend it in the text. */
export function diagnosticsOf({ source, thing }: CheckedDocument): Diagnostic[] {
  return counting(thing).map((finding) => ({
    range: editorRange(source, finding.place?.range ?? { start: 0, end: 0 }),
    severity: WEIGHTS[finding.severity],
    code: finding.rule,
    source: "berth",
    message: finding.hint === undefined ? finding.message : `${finding.message}\n${finding.hint}`,
  }));
}

/** The words of the rules that found something at a place. */
export function hoverOf(document: CheckedDocument, offset: number): Hover | undefined {
  const found = findingsAt(document, { start: offset, end: offset });
  const [first] = found;
  if (!first?.place) return undefined;
  const rules = [...new Set(found.map(({ rule }) => rule))].flatMap((id) => document.rules.get(id) ?? []);
  const value = rules.map(ruleText).join("\n\n---\n\n");
  if (value === "") return undefined;
  return { contents: { kind: MarkupKind.Markdown, value }, range: editorRange(document.source, first.place.range) };
}

function ruleText({ id, title, why, source, peers }: RuleWords): string {
  const known = peers.length === 0 ? "" : `; ${peers.join(", ")}`;
  return `**${id}: ${title}**\n\n${why}\n\n*${source}${known}*`;
}

/** Fixes of what is found in a part of the document, comments that ignore it, and all safe fixes at once. */
export function actionsOf(document: CheckedDocument, part: Range): CodeAction[] {
  const found = findingsAt(document, part);
  const fixes = found.flatMap((finding) => fixAction(document, finding) ?? []);
  const rules = new Map(found.map((finding) => [finding.rule, finding]));
  const ignores = [...rules.values()].map((finding) => ignoreAction(document, finding));
  return [...fixes, ...ignores, ...fixAllAction(document)];
}

function fixAction(document: CheckedDocument, { fix, rule }: Finding): CodeAction | undefined {
  if (!fix) return undefined;
  return {
    title: fix.safe ? `${rule}: ${fix.title}` : `${rule}: ${fix.title} (may change what the text means)`,
    kind: CodeActionKind.QuickFix,
    isPreferred: fix.safe,
    edit: { changes: { [document.uri]: fix.edits.map((edit) => textEdit(document.source, edit)) } },
  };
}

function ignoreAction(document: CheckedDocument, { rule, place }: Finding): CodeAction {
  const { source, kind, uri } = document;
  const edit = ignoreEdit(source.text, { rule, at: place?.range.start ?? 0, kind }, blocksOf(source, kind));
  return {
    title: `${rule}: ignore it here, with a reason`,
    kind: CodeActionKind.QuickFix,
    edit: { changes: { [uri]: [textEdit(source, edit)] } },
  };
}

function fixAllAction(document: CheckedDocument): CodeAction[] {
  const { source, uri, findingsOf } = document;
  const { text, applied } = fixText(source, { unsafe: false, findingsOf });
  if (applied.length === 0) return [];
  const edit = textEdit(source, { range: { start: 0, end: source.text.length }, text });
  const kind = `${CodeActionKind.SourceFixAll}.berth`;
  return [{ title: "Mend all that can be mended safely", kind, edit: { changes: { [uri]: [edit] } } }];
}

function findingsAt({ thing }: CheckedDocument, { start, end }: Range): readonly Finding[] {
  return counting(thing).filter(({ place }) => {
    const range = place?.range ?? { start: 0, end: 0 };
    return range.start <= end && start <= range.end;
  });
}

function counting({ findings }: CheckedThing): readonly Finding[] {
  return findings.filter((finding) => !["unknown", "waived"].includes(classOf(finding)));
}

function textEdit(source: SourceText, { range, text }: Edit): TextEdit {
  return { range: editorRange(source, range), newText: text };
}

// Editors count from 0.
function editorRange(source: SourceText, range: Range): EditorRange {
  const { start, end } = regionOf(source, range);
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
