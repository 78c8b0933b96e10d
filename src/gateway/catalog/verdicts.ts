// What examiner, policy and staff said about a digest: kept with the digest, so that the same image is not judged twice.

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Verdict } from "../types.ts";

/** A verdict with its judge: `examiner`, `policy`, or `staff` for a release by hand, which outweighs the others. */
export interface KeptVerdict extends Verdict {
  readonly judge: string;
  readonly at: number;
}

/** Every verdict about the digest. */
export async function verdictsOf(db: Kysely<Tables>, digest: string): Promise<readonly KeptVerdict[]> {
  const rows = await db.selectFrom("verdicts").where("digest", "=", digest).selectAll().orderBy("judge").execute();
  return rows.map(({ judge, verdict, reason, at }) => ({ judge, verdict: verdictOf(verdict), reason, at }));
}

/** Keeps the judge's verdict in place of his former one. */
export async function keepVerdict(db: Kysely<Tables>, digest: string, kept: KeptVerdict): Promise<void> {
  const row = { verdict: kept.verdict, reason: kept.reason, at: kept.at };
  await db
    .insertInto("verdicts")
    .values({ digest, judge: kept.judge, ...row })
    .onConflict((conflict) => conflict.columns(["digest", "judge"]).doUpdateSet(row))
    .execute();
}

// A word that is not known means that a newer berth wrote it: no reason to let an image through.
function verdictOf(word: string): Verdict["verdict"] {
  return word === "accepted" || word === "quarantined" ? word : "refused";
}
