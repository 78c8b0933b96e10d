// The audit log: who did or tried what to which thing, from where, and how it went. Lines are only ever added; the database
// itself refuses to change or remove one.

import { sql } from "kysely";
import type { Store } from "../store/store.ts";

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

export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly object: string;
  readonly outcome: "ok" | "refused" | "failed";
  readonly detail?: string | undefined;
  readonly address?: string | undefined;
}

export interface AuditFilter {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  readonly who?: string | undefined;
  /** Whole, or its beginning with `*` behind. */
  readonly object?: string | undefined;
  readonly action?: string | undefined;
}

export interface AuditLog {
  note(note: AuditNote): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<{ readonly items: readonly AuditEntry[]; readonly next?: string | undefined }>;
}

const DETAIL_LETTERS = 2000;
const LIMIT = 1000;

// PostgreSQL takes no NUL in a text, and what was tried must be noted whatever name it was tried with.
function plain(text: string): string {
  return text.slice(0, DETAIL_LETTERS).replaceAll("\0", "\ufffd");
}

/** The log in a store. */
export function auditLog({ db, now }: Pick<Store, "db" | "now">): AuditLog {
  return {
    async note({ who, action, object, outcome, detail, address }) {
      const row = { at: now(), uid: who.uid, user_name: plain(who.user), action, object: plain(object), outcome };
      const rest = { detail: detail === undefined ? null : plain(detail), address: address ?? null };
      await db
        .insertInto("audit")
        .values({ ...row, ...rest })
        .execute();
    },
    async list({ limit, after, who, object, action }) {
      const count = Math.min(LIMIT, Math.max(1, limit));
      let rows = db
        .selectFrom("audit")
        .selectAll()
        .orderBy("id", "desc")
        .limit(count + 1);
      if (after !== undefined && /^\d{1,15}$/.test(after)) rows = rows.where("id", "<", Number(after));
      if (who !== undefined) rows = rows.where("user_name", "=", who);
      if (action !== undefined) rows = rows.where("action", "=", action);
      // Compared letter by letter: what lies between two texts depends on the database's language.
      if (object?.endsWith("*")) {
        const start = object.slice(0, -1);
        rows = rows.where(sql`substr(object, 1, ${sql.lit([...start].length)})`, "=", start);
      } else if (object !== undefined) rows = rows.where("object", "=", object);
      const found = await rows.execute();
      const items = found.slice(0, count).map(({ user_name, outcome, detail: text, address, ...row }) => ({
        ...{ id: row.id, at: row.at, who: user_name, action: row.action, object: row.object },
        outcome:
          outcome === "ok" ? ("ok" as const) : outcome === "refused" ? ("refused" as const) : ("failed" as const),
        detail: text ?? undefined,
        address: address ?? undefined,
      }));
      return { items, next: found.length > count ? String(items.at(-1)?.id) : undefined };
    },
  };
}
