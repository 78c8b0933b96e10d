// Events of stacks in pages, newest first, and how old ones go.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { StackEvent } from "../types.ts";
import { fail } from "./errors.ts";
import { eventOf } from "./records.ts";
import type { EventFilter, Page } from "./types.ts";
import { seenBy } from "./visible.ts";

const PAGE = 100;
/** More are not given at once. */
export const MAX_PAGE = 1_000;

/** @throws E_STACK_CURSOR */
export async function eventPage(db: Kysely<Tables>, filter: EventFilter): Promise<Page<StackEvent>> {
  const limit = pageSize(filter.limit);
  let query = db
    .selectFrom("stack_events as e")
    .selectAll("e")
    .orderBy("e.id", "desc")
    .limit(limit + 1);
  if (filter.after !== undefined) query = query.where("e.id", "<", numberCursor(filter.after));
  if (filter.stack !== undefined) query = query.where("e.stack", "=", filter.stack);
  if (filter.service !== undefined) query = query.where("e.service", "=", filter.service);
  if (filter.kinds) query = query.where("e.kind", "in", filter.kinds.length > 0 ? [...filter.kinds] : [""]);
  if (filter.eyes) {
    const { eyes } = filter;
    query = query.where(sql<boolean>`exists (select 1 from stacks as s where s.name = e.stack and ${seenBy(eyes)})`);
  }
  const rows = await query.execute();
  const items = rows.slice(0, limit).map(eventOf);
  return { items, next: rows.length > limit ? String(items.at(-1)?.id ?? 0) : undefined };
}

/** How many a page has. */
export function pageSize(wanted: number | undefined): number {
  return Math.max(1, Math.min(MAX_PAGE, Math.trunc(wanted ?? PAGE)));
}

/** @throws E_STACK_CURSOR */
export function numberCursor(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw fail("E_STACK_CURSOR");
  return Number(text);
}

/** Removes all events but the newest `keep`. */
export async function trimEvents(db: Kysely<Tables>, keep: number): Promise<void> {
  const newest = await db.selectFrom("stack_events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  if (!newest) return;
  await db
    .deleteFrom("stack_events")
    .where("id", "<=", Number(newest.id) - keep)
    .execute();
}
