// Fixes carried out on a text. Fixes that touch the same part are taken one after the other, in runs: who comes later waits for the
// next look at the new text.

import type { Edit, Fix } from "./types.ts";

/** The new text, and how many fixes were carried out. */
export interface Fixed {
  readonly text: string;
  readonly applied: readonly Fix[];
}

/** Carries out the fixes that do not overlap with one before them. */
export function applyFixes(text: string, fixes: readonly Fix[]): Fixed {
  const applied: Fix[] = [];
  const taken: Edit[] = [];
  for (const fix of fixes) {
    if (fix.edits.length === 0 || fix.edits.some((edit) => taken.some((other) => touches(edit, other)))) continue;
    taken.push(...fix.edits);
    applied.push(fix);
  }
  const edits = [...taken].sort((a, b) => b.range.start - a.range.start);
  let result = text;
  for (const { range, text: piece } of edits) result = result.slice(0, range.start) + piece + result.slice(range.end);
  return { text: result, applied };
}

// Two insertions at one place touch, too: their order would be a guess.
function touches({ range: a }: Edit, { range: b }: Edit): boolean {
  return a.start <= b.end && b.start <= a.end;
}
