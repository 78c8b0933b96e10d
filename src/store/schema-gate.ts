// Rows of migration 0009: what the gate says of images.

export interface GateStatementRow {
  digest: string;
  /** The signed statement (src/gate/statement.ts). */
  statement: string;
  /** As the statement has it: `accepted`, `warned`, `refused`, `unknown`. */
  result: string;
  policy_hash: string;
  /** Digest of the advisories; empty: nobody scanned. */
  advisories: string;
  judged_at: number;
}
