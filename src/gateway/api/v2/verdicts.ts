// What was judged of images, laid beside them in answers.

import type { ImageRecord } from "../../types.ts";
import type { ToldVerdict, V2Parts } from "./parts.ts";

/** Findings of one image in an answer; its verdict's counts tell of all. */
const MOST_FINDINGS = 10;

/** The images, each with its verdict where there is one. */
export async function withVerdicts<T extends ImageRecord>(
  images: readonly T[],
  { verdicts }: Pick<V2Parts, "verdicts">,
): Promise<(T & { readonly verdict?: ReturnType<typeof told> })[]> {
  const found = await verdicts?.(images.map(({ digest }) => digest));
  return images.map((image) => {
    const verdict = found?.get(image.digest);
    return verdict ? { ...image, verdict: told(verdict) } : { ...image };
  });
}

function told({ result, judgedAt, profile, databaseDate, builtAt, counts, findings, release }: ToldVerdict) {
  return {
    ...{ result, judgedAt, profile, counts: { ...counts } },
    ...(databaseDate === undefined ? {} : { databaseDate }),
    ...(builtAt === undefined ? {} : { builtAt }),
    findings: findings.slice(0, MOST_FINDINGS).map(({ rule, severity, certainty, message, hint, waived }) => ({
      ...{ rule, severity, certainty, message },
      ...(hint === undefined ? {} : { hint }),
      ...(waived === undefined ? {} : { waived }),
    })),
    ...(release === undefined ? {} : { release }),
  };
}
