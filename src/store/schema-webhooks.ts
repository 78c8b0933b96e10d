// Rows of migration 0008: webhooks.

export interface WebhookRow {
  id: string;
  stack: string;
  /** Null: all services of the stack. */
  service: string | null;
  description: string;
  /** Who made it: what it does is done in his name. */
  by_uid: number;
  by_user: string;
  /** The key that calls are signed with (src/services/secrets/envelope.ts). */
  sealed: string;
  created_at: number;
  last_use: number | null;
}

/** A call that was taken: it does not count a second time. */
export interface WebhookCallRow {
  signature: string;
  at: number;
}
