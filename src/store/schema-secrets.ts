// Rows of migration 0006: secrets of services, closed.

/** A secret; its value is in `sealed` only (src/services/secrets/envelope.ts). */
export interface SecretRow {
  name: string;
  description: string;
  owner_uid: number;
  owner_name: string;
  /** Counts up with every new value. */
  version: number;
  sealed: string;
  /** Of the value. */
  bytes: number;
  created_at: number;
  created_by: string;
  /** When it last got a value. */
  rotated_at: number;
  rotated_by: string;
}
