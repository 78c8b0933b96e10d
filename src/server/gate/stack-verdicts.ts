// What the gate's verdicts say against a stack: a finding for each service whose image was refused and that nobody let through. Images
// that were never judged are no matter of this file: they came another way than through the gateway.

import { readStatement } from "../../gate/statement.ts";
import type { VerdictBook } from "../../gate/verdict-book.ts";
import type { Finding } from "../../policy/types.ts";

/** Id of these findings. */
export const VERDICT_RULE = "GATE-01";

/** The findings; `enforce` makes errors of them. */
export async function verdictFindings(
  images: ReadonlyMap<string, { readonly reference: string; readonly digest: string }>,
  book: Pick<VerdictBook, "find">,
  mode: "warn" | "enforce",
): Promise<readonly Finding[]> {
  const kept = await book.find([...new Set([...images.values()].map(({ digest }) => digest))]);
  return [...images].flatMap(([service, { reference, digest }]) => {
    const found = kept.get(digest);
    if (found?.result !== "refused") return [];
    const { findings, release } = readStatement(Buffer.from(found.statement), { place: digest, keys: [] });
    if (release) return [];
    const worst = findings.find(({ severity, waived }) => severity === "error" && !waived);
    const why = worst ? `: ${worst.rule} ${worst.message}` : "";
    return {
      rule: VERDICT_RULE,
      severity: mode === "enforce" ? "error" : "warning",
      message: `The image ${reference} of the service ${service} is refused by the site's rules${why}`,
      hint: worst?.hint ?? "mend the image, build it anew, or ask those who look after images to release it",
      pointer: `/services/${service.replaceAll("~", "~0").replaceAll("/", "~1")}/image`,
      certainty: "certain",
    } satisfies Finding;
  });
}
