// Asks the site's judges about a finished image, in their order: the first refusal ends it, a quarantine stays with it.

import type { Judge, MadeImage, Verdict } from "../types.ts";
import { fail } from "./errors.ts";

/** What is to become of an image. */
export interface Judgement {
  readonly status: "READY" | "QUARANTINED";
  /** Empty unless quarantined. */
  readonly reason: string;
}

/** Why an image is in quarantine, in one sentence. */
export function quarantineWords(judge: string, reason: string): string {
  return `quarantined by ${judge}: ${reason}`;
}

/** `keep` remembers each verdict. @throws E_WORK_JUDGED when a judge refuses the image */
export async function judged(
  judges: readonly Judge[],
  image: MadeImage,
  signal: AbortSignal,
  keep: (judge: string, verdict: Verdict) => Promise<void>,
): Promise<Judgement> {
  let result: Judgement = { status: "READY", reason: "" };
  for (const judge of judges) {
    const spoken = await judge.judge(image, signal);
    await keep(judge.name, spoken);
    const { verdict, reason } = spoken;
    if (verdict === "refused") throw fail("E_WORK_JUDGED", { judge: judge.name, reason });
    if (verdict === "quarantined" && result.status === "READY")
      result = { status: "QUARANTINED", reason: quarantineWords(judge.name, reason) };
  }
  return result;
}
