// A text mended: fixes are carried out, the result is checked again, until nothing more is to be mended. Pure.

import type { SourceText } from "../../base/source.ts";
import { applyFixes } from "../../policy/apply-fixes.ts";
import type { Edit, Finding, Fix } from "../../policy/types.ts";
import { classOf } from "../report.ts";

/** What came of it. */
export interface FixedText {
  readonly text: string;
  /** Rule and title of what was mended, in order. */
  readonly applied: readonly { readonly rule: string; readonly title: string }[];
}

export interface FixOptions {
  /** Those that may change the meaning, too. */
  readonly unsafe: boolean;
  /** What is found in a text. */
  findingsOf(source: SourceText): readonly Finding[];
}

// Fixes wait for each other where they touch; more rounds than these come from fixes that undo each other.
const MOST_ROUNDS = 10;

/** Mends a text. Calling it on its own result changes nothing. */
export function fixText(source: SourceText, { unsafe, findingsOf }: FixOptions): FixedText {
  const applied: { rule: string; title: string }[] = [];
  const seen = new Set([source.text]);
  let { text } = source;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const findings = findingsOf({ name: source.name, text }).filter((finding) => isMendable(finding, unsafe));
    const byFix = new Map(findings.flatMap(({ fix, rule }) => (fix ? [[withLineEnds(fix, text), rule] as const] : [])));
    const result = applyFixes(text, [...byFix.keys()]);
    // Two fixes that undo each other would go on for ever: the text before them stays.
    if (result.applied.length === 0 || seen.has(result.text)) break;
    applied.push(...result.applied.map((fix) => ({ rule: byFix.get(fix) ?? "", title: fix.title })));
    text = result.text;
    seen.add(text);
  }
  return { text, applied };
}

function isMendable(finding: Finding, unsafe: boolean): boolean {
  const word = classOf(finding);
  return finding.fix !== undefined && (finding.fix.safe || unsafe) && word !== "waived" && word !== "unknown";
}

// Rules write `\n`; a text with other line ends keeps its own.
function withLineEnds(fix: Fix, text: string): Fix {
  if (!text.includes("\r\n")) return fix;
  const edit = ({ range, text: piece }: Edit) => ({ range, text: piece.replace(/\r?\n/g, "\r\n") });
  return { ...fix, edits: fix.edits.map(edit) };
}
