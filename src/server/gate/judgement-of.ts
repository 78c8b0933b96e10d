// What becomes of an image by its verdict and by what the site asks. Pure.

import type { Verdict } from "../../gate/types.ts";
import { countWords } from "../../gate/verdict-text.ts";
import type { Verdict as Judgement } from "../../gateway/types.ts";
import type { GateConfig } from "../../site/gateway-config.ts";

/** Findings that a reason names. */
const NAMED = 3;

/** Accepted, or quarantined with the worst that was found. */
export function judgementOf(verdict: Verdict, { judge, strict }: Pick<GateConfig, "judge" | "strict">): Judgement {
  const stops = verdict.result === "refused" || (strict && verdict.result === "unknown");
  if (!stops || verdict.release) return { verdict: "accepted", reason: countWords(verdict.counts) };
  return { verdict: judge === "enforce" ? "quarantined" : "accepted", reason: reasonOf(verdict) };
}

function reasonOf({ result, findings, counts }: Verdict): string {
  const stopping = findings.filter(({ waived, certainty, severity }) =>
    waived ? false : result === "unknown" ? certainty === "unknown" : severity === "error" && certainty !== "unknown",
  );
  const named = stopping.slice(0, NAMED).map(({ rule, message }) => `${rule} ${message}`);
  const left = stopping.length - named.length;
  return `${named.join("; ") || countWords(counts)}${left > 0 ? `; and ${left} more` : ""}`.slice(0, 1000);
}
