// Every change, and every refusal of one, becomes a line of the audit log. Knows the log only as a place to note things.

import { BerthError, reasonOf } from "../../base/errors.ts";
import type { SignedIn } from "./types.ts";

/** A line of the audit log as it is noted. */
export interface AuditNote {
  readonly who: { readonly uid: number; readonly user: string };
  /** `stack.upgrade`. */
  readonly action: string;
  /** `stack/rover`. */
  readonly object: string;
  readonly outcome: "ok" | "refused" | "failed";
  readonly detail?: string | undefined;
  readonly address?: string | undefined;
}

/** Where lines go. */
export interface AuditLog {
  note(note: AuditNote): Promise<void>;
}

/** What somebody does, with what. */
export interface Deed<T = unknown> {
  readonly who: SignedIn;
  readonly action: string;
  readonly object: string;
  readonly detail?: string | undefined;
  /** Why a result is a refusal; undefined: it is none. */
  readonly refused?: ((result: T) => string | undefined) | undefined;
}

/** Does the work and notes how it went; what cannot be noted is not done silently: the failure to note is the answer. */
export async function audited<T>(log: AuditLog, deed: Deed<T>, work: () => Promise<T>): Promise<T> {
  const { who, action, object } = deed;
  const base = { who: { uid: who.uid, user: who.user }, action, object, address: who.address };
  try {
    const result = await work();
    const why = deed.refused?.(result);
    if (why === undefined) await log.note({ ...base, outcome: "ok", detail: deed.detail });
    else await log.note({ ...base, outcome: "refused", detail: why });
    return result;
  } catch (error) {
    const refused = error instanceof BerthError && error.http >= 400 && error.http < 500;
    await log.note({ ...base, outcome: refused ? "refused" : "failed", detail: reasonOf(error) });
    throw error;
  }
}
