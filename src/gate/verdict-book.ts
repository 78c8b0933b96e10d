// Signed verdicts in the database of all servers, by digest: what the last judge said, whoever asked him.

import type { Store } from "../store/store.ts";

/** A kept verdict. */
export interface KeptStatement {
  readonly digest: string;
  /** As `writeStatement` wrote it. */
  readonly statement: string;
  readonly result: string;
  readonly policyHash: string;
  /** Of the advisories; empty: nobody scanned. */
  readonly advisories: string;
  /** Seconds since 1970. */
  readonly judgedAt: number;
}

/** What makes a verdict outdated. */
export interface Staleness {
  readonly policyHash: string;
  /** Undefined: flaws are not looked for, or cannot be at the moment; then they make nothing stale. */
  readonly advisories: string | undefined;
  /** What was judged before that (seconds since 1970) is judged again. */
  readonly before: number;
}

/** Verdicts by digest. Failures of the database pass through as E_STORE_…. */
export interface VerdictBook {
  keep(statement: KeptStatement): Promise<void>;
  find(digests: readonly string[]): Promise<ReadonlyMap<string, KeptStatement>>;
  /** Digests of outdated verdicts, the oldest first. */
  stale(than: Staleness, limit: number): Promise<readonly string[]>;
}

/** Digests of one question: databases bound the words of one. */
const AT_ONCE = 500;

/** The book over the store. */
export function verdictBook({ db }: Pick<Store, "db">): VerdictBook {
  return {
    async keep({ digest, statement, result, policyHash, advisories, judgedAt }) {
      const row = { statement, result, policy_hash: policyHash, advisories, judged_at: judgedAt };
      await db
        .insertInto("gate_statements")
        .values({ digest, ...row })
        .onConflict((conflict) => conflict.column("digest").doUpdateSet(row))
        .execute();
    },
    async find(digests) {
      const found = new Map<string, KeptStatement>();
      for (let from = 0; from < digests.length; from += AT_ONCE) {
        const some = digests.slice(from, from + AT_ONCE);
        const rows = await db.selectFrom("gate_statements").where("digest", "in", some).selectAll().execute();
        for (const { policy_hash: policyHash, judged_at: judgedAt, ...row } of rows)
          found.set(row.digest, { ...row, policyHash, judgedAt });
      }
      return found;
    },
    async stale({ policyHash, advisories, before }, limit) {
      const rows = await db
        .selectFrom("gate_statements")
        .where((eb) =>
          eb.or([
            eb("policy_hash", "!=", policyHash),
            eb("judged_at", "<", before),
            ...(advisories === undefined ? [] : [eb("advisories", "!=", advisories)]),
          ]),
        )
        .orderBy("judged_at")
        .limit(limit)
        .select("digest")
        .execute();
      return rows.map(({ digest }) => digest);
    },
  };
}
