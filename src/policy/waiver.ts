// Exceptions that somebody answers for: which finding they cover, and whether they still count.

import type { PolicyConfig, Waiver } from "./config.ts";
import { fitsGlob } from "./glob.ts";

export interface Waivable {
  readonly rule: string;
  readonly stack: string | undefined;
  readonly service: string | undefined;
}

/** The waiver that covers a finding, and one that would but has ended. Without a clock, only those without end count. */
export function waiverOf(
  finding: Waivable,
  { waivers }: PolicyConfig,
  now: number | undefined,
): { readonly valid: Waiver | undefined; readonly ended: Waiver | undefined } {
  const fitting = waivers.filter((waiver) => covers(waiver, finding));
  const counts = ({ until }: Waiver) => until === null || (now !== undefined && now < until);
  return { valid: fitting.find(counts), ended: fitting.find((waiver) => !counts(waiver)) };
}

function covers({ rule, stack, service }: Waiver, finding: Waivable): boolean {
  // A waiver for one service does not cover what is found in the stack as a whole.
  return (
    fitsGlob(rule, finding.rule) && fitsGlob(stack, finding.stack ?? "") && fitsGlob(service, finding.service ?? "")
  );
}
