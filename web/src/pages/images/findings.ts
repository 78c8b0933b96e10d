// What a verdict found, as it is listed and counted. Pure.

import type { ImageFinding, ImageVerdict } from "../../api/types.ts";
import { counted } from "../../words/amounts.ts";

/** `2 errors, 1 warning, 1 waived`; empty when nothing was found. */
export function summed({ error, warning, info, style, unknown, waived }: ImageVerdict["counts"]): string {
  const parts = [
    [error, counted(error, "error")],
    [warning, counted(warning, "warning")],
    [info + style, counted(info + style, "remark")],
    [unknown, `${unknown} not known`],
    [waived, `${waived} waived`],
  ] as const;
  return parts.flatMap(([count, words]) => (count > 0 ? [words] : [])).join(", ");
}

/** How many findings there are beyond those that are listed. */
export function unlisted({ counts, findings }: Pick<ImageVerdict, "counts" | "findings">): number {
  const { error, warning, info, style, unknown, waived } = counts;
  return Math.max(0, error + warning + info + style + unknown + waived - findings.length);
}

/** A finding and how often it is listed: keys must differ. */
export function keyed(findings: readonly ImageFinding[]): readonly (readonly [string, ImageFinding])[] {
  return findings.map((finding, index) => [`${finding.rule} ${index}`, finding]);
}
