// What is written of a run, without values of secrets: reports go into logs and to code hosts, which more people read than the recipe.
// The recipe itself is not touched, and what mends it is not either. Knows no format.

import type { SourceText } from "../base/source.ts";
import { maskSecrets, secretRanges } from "../policy/secret-mask.ts";
import type { Finding } from "../policy/types.ts";
import type { CheckedThing } from "./report.ts";

/** Shorter values are in every sentence by chance. */
const SHORTEST = 5;
const HIDDEN = "…";

interface Hidden {
  readonly source: SourceText;
  /** The longest first: one may be a part of another. */
  readonly values: readonly string[];
}

/** The same with asterisks for secrets in texts, an ellipsis in sentences, and without edits that would repeat one. */
export function hideSecrets(thing: CheckedThing): CheckedThing {
  const known = new Map<string, Hidden>();
  const hiddenOf = (source: SourceText): Hidden => {
    const hidden = known.get(source.text) ?? hide(source);
    known.set(source.text, hidden);
    return hidden;
  };
  const shown = (finding: Finding) => shownFinding(finding, finding.place && hiddenOf(finding.place.source));
  return {
    ...thing,
    findings: thing.findings.map(shown),
    quiet: thing.quiet.map((one) => ({ ...one, finding: shown(one.finding) })),
  };
}

function hide(source: SourceText): Hidden {
  const ranges = secretRanges(source.text);
  const values = new Set(ranges.map(({ start, end }) => source.text.slice(start, end)));
  return {
    source: { ...source, text: maskSecrets(source.text, ranges) },
    values: [...values].filter(({ length }) => length >= SHORTEST).toSorted((a, b) => b.length - a.length),
  };
}

function shownFinding(finding: Finding, hidden: Hidden | undefined): Finding {
  const { place, message, hint, fix } = finding;
  if (!place || !hidden || hidden.values.length === 0) return finding;
  const { source, values } = hidden;
  const without = (text: string) => values.reduce((rest, value) => rest.replaceAll(value, HIDDEN), text);
  const told = fix && !fix.edits.some(({ text }) => without(text) !== text) ? fix : undefined;
  return {
    ...finding,
    message: without(message),
    hint: hint === undefined ? undefined : without(hint),
    place: { source, range: place.range },
    fix: told && { ...told, title: without(told.title) },
  };
}
