// What was said of a recipe, from its reader and from the rules alike, with the lines it is about. Pure.

import type { Finding, Place, Proposal } from "../../api/types.ts";

/** One thing that was said. */
export interface Remark {
  readonly key: string;
  readonly severity: Finding["severity"];
  /** The rule, or nothing for the reader. */
  readonly rule: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly pointer: string;
  readonly place: Place | undefined;
  readonly waived: Finding["waived"];
  readonly certainty: Finding["certainty"];
}

const ORDER: readonly Finding["severity"][] = ["error", "warning", "info", "style"];

/** All remarks, the gravest first, then as they stand in the files. */
export function remarksOf(proposal: Pick<Proposal, "notes" | "findings">): readonly Remark[] {
  const notes = proposal.notes.map(
    (note): Omit<Remark, "key"> => ({
      ...{ severity: note.severity, message: note.message, hint: note.hint },
      ...{ pointer: note.pointer, place: note.place, rule: undefined, waived: undefined, certainty: "certain" },
    }),
  );
  const all = [...notes, ...proposal.findings.map(remarkOf)];
  return all
    .sort((a, b) => rank(a) - rank(b) || (a.place?.line ?? 0) - (b.place?.line ?? 0))
    .map((remark, index) => ({ ...remark, key: `${remark.rule ?? "note"} ${remark.pointer} ${index}` }));
}

/** A finding as a remark. */
export function remarkOf({
  rule,
  severity,
  message,
  hint,
  pointer,
  place,
  waived,
  certainty,
}: Finding): Omit<Remark, "key"> {
  return { rule, severity, message, hint, pointer, place, waived, certainty };
}

/** `2 errors, 1 warning`. */
export function summed(remarks: readonly Remark[]): string {
  const words = { error: "error", warning: "warning", info: "note", style: "matter of style" } as const;
  const parts = ORDER.map((severity) => {
    const count = remarks.filter((remark) => remark.severity === severity && !remark.waived).length;
    const plural = severity === "style" ? "matters of style" : `${words[severity]}s`;
    return count === 0 ? undefined : `${count} ${count === 1 ? words[severity] : plural}`;
  });
  return parts.filter((part) => part !== undefined).join(", ") || "nothing to say against it";
}

/** The remarks of one file by line. */
export function byLine(remarks: readonly Remark[], file: string): ReadonlyMap<number, readonly Remark[]> {
  return Map.groupBy(
    remarks.filter(({ place }) => place?.file === file),
    ({ place }) => place?.line ?? 1,
  );
}

function rank({ severity, waived }: Omit<Remark, "key">): number {
  return ORDER.indexOf(severity) + (waived ? ORDER.length : 0);
}
