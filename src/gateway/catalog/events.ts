// What happened, as rows: written in the transaction that made it happen, so that no change is without its event, and read
// in pages, newest first. Who may know of what is said in SQL, because pages must come out full.

import { type Kysely, type RawBuilder, sql } from "kysely";
import type { EventRow, Tables } from "../../store/schema.ts";
import { fail } from "../errors.ts";
import type { Actor, Eyes } from "../records.ts";
import type { GatewayEvent, Page } from "../types.ts";
import { readable, readablePrivately } from "./visible.ts";

/** An event as it is noted; what it is not about is left out. */
export interface NewEvent {
  readonly kind: string;
  readonly system?: string | null;
  readonly itype?: string | null;
  readonly tag?: string | null;
  readonly imageId?: string | null;
  readonly actor: Actor;
  readonly outcome: "done" | "refused";
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Notes the event. `detail` never holds a secret. */
export async function note(db: Kysely<Tables>, now: number, event: NewEvent): Promise<void> {
  await db
    .insertInto("events")
    .values({
      at: now,
      kind: event.kind,
      system: event.system ?? null,
      image_id: event.imageId ?? null,
      itype: event.itype ?? null,
      tag: event.tag ?? null,
      actor_uid: event.actor.uid,
      actor_name: event.actor.user,
      outcome: event.outcome,
      detail: JSON.stringify(event.detail),
    })
    .execute();
}

/** Which events are asked for, and by whose eyes. */
export interface EventQuery {
  readonly eyes: Eyes;
  /** The systems that count; undefined: all, and what belongs to none. */
  readonly systems: readonly string[] | undefined;
  readonly limit: number;
  readonly after: string | undefined;
}

/** A page of events, newest first. @throws E_GATEWAY_CURSOR */
export async function eventPage(db: Kysely<Tables>, query: EventQuery): Promise<Page<GatewayEvent>> {
  let select = db
    .selectFrom("events as e")
    .selectAll()
    .orderBy("e.id", "desc")
    .limit(query.limit + 1);
  if (query.after !== undefined) select = select.where("e.id", "<", cursorOf(query.after));
  if (query.systems) select = select.where("e.system", "in", query.systems.length > 0 ? [...query.systems] : [""]);
  if (query.eyes !== "all") select = select.where(known(query.eyes));
  const rows = await select.execute();
  const items = rows.slice(0, query.limit).map(eventOf);
  const last = items.at(-1);
  return { items, next: rows.length > query.limit && last ? String(last.id) : undefined };
}

/** The number in a page's cursor. @throws E_GATEWAY_CURSOR */
export function cursorOf(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw fail("E_GATEWAY_CURSOR");
  return Number(text);
}

// One's own doings; and of images that one may read, what became of them, but not what others tried or whom they let in.
function known(eyes: Exclude<Eyes, "all">): RawBuilder<boolean> {
  const own = eyes.uid === undefined ? sql`1 = 0` : sql`e.actor_uid = ${eyes.uid}`;
  // A name that is gone, or is another image's now, is told to those only who could read the image in private.
  const open = sql`(e.tag is null or exists (select 1 from tags t where t.image_key = i.key and t.system = e.system
    and t.itype = e.itype and t.tag = e.tag and t.private = 0))`;
  return sql<boolean>`(${own} or (e.outcome = 'done' and (e.kind like 'image.%' or e.kind like 'tag.%')
    and exists (select 1 from images i where i.system = e.system and i.id = e.image_id and ${readable(eyes)}
      and (${readablePrivately(eyes)} or ${open}))))`;
}

function eventOf(
  row: { readonly [Column in keyof EventRow]: Column extends "id" ? number | string : EventRow[Column] },
) {
  const { at, kind, system, itype, tag } = row;
  const actor = { uid: row.actor_uid === null ? null : Number(row.actor_uid), name: row.actor_name };
  const outcome = row.outcome === "refused" ? "refused" : "done";
  const detail = JSON.parse(row.detail) as Readonly<Record<string, unknown>>;
  return { id: Number(row.id), at, kind, system, imageId: row.image_id, itype, tag, actor, outcome, detail } as const;
}

/** Removes all events but the newest `keep`; their numbers rise without large gaps. */
export async function trimEvents(db: Kysely<Tables>, keep: number): Promise<void> {
  const newest = await db.selectFrom("events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  if (newest)
    await db
      .deleteFrom("events")
      .where("id", "<=", Number(newest.id) - keep)
      .execute();
}
