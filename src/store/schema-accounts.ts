// Rows of migration 0004: sessions of browsers, and the audit log.

import type { Generated } from "kysely";

/** Somebody who is signed in with a browser. */
export interface SessionRow {
  /** SHA-256 of the cookie's secret. */
  hash: string;
  user_name: string;
  uid: number;
  /** `password`, `oidc`, `token`. */
  via: string;
  /** Id of the token that it began with, and ends with. */
  token: string | null;
  /** Where the session began. */
  address: string;
  created_at: number;
  seen_at: number;
  expires: number;
}

/** Somebody who was sent to a provider and is not back yet. */
export interface SignInRow {
  /** SHA-256 of the state that the provider sends back. */
  hash: string;
  /** PKCE (RFC 7636). */
  verifier: string;
  nonce: string;
  /** The page to go back to. */
  back: string;
  expires: number;
}

/** Something that somebody did or tried. Never changed, never removed. */
export interface AuditRow {
  id: Generated<number>;
  at: number;
  uid: number;
  user_name: string;
  /** `stack.upgrade`. */
  action: string;
  /** `stack/rover`. */
  object: string;
  /** `ok`, `refused`, `failed`. */
  outcome: string;
  detail: string | null;
  address: string | null;
}
