// Operations as records: one under way per stack, by a unique column, so that no second server and no second person begins
// another. The server that carries one out gives signs of life in it.

import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { StackOperationRow } from "../../store/schema-stacks.ts";
import { fail } from "./errors.ts";
import { pageSize } from "./event-pages.ts";
import { operationOf } from "./records.ts";
import type { Operation, OperationKind, Page, PageChoice, Person, Phase, UpdateChoice } from "./types.ts";

/** Who does what nobody in particular asked for: sleeping, waking, and mending what an engine did by itself. */
export const BERTH: Person = { uid: 0, user: "berth" };

/** What is to be done, in words that survive a restart. */
export interface NewOperation {
  readonly id: string;
  readonly stack: string;
  readonly kind: OperationKind;
  readonly service?: string | undefined;
  readonly arguments: OperationArguments;
  readonly by: Person;
}

/** What an operation needs besides to be taken up again. */
export interface OperationArguments {
  readonly services?: readonly string[] | undefined;
  readonly volumes?: boolean | undefined;
  /** Of an upgrade: services whose tags are resolved anew, and how. */
  readonly update?: UpdateChoice | undefined;
  readonly renew?: { readonly services: readonly string[]; readonly pull: "always" | "missing" } | undefined;
}

/** An operation as its row has it. */
export type OperationRow = { readonly [Column in keyof StackOperationRow]: StackOperationRow[Column] };

/** Takes the stack for it. @throws E_STACK_BUSY naming who does what */
export async function beginOperation(
  trx: Transaction<Tables>,
  now: number,
  server: string,
  wanted: NewOperation,
): Promise<OperationRow> {
  const { id, stack, kind, service, by } = wanted;
  const row = await trx
    .insertInto("stack_operations")
    .values({
      ...{ id, stack, kind, server, service: service ?? null, arguments: JSON.stringify(wanted.arguments) },
      ...{ by_uid: by.uid, by_user: by.user, at: now, holds: stack, beat: now },
      ...{ phase: "applying", state: "under way", message: null, finished_at: null },
    })
    .onConflict((conflict) => conflict.column("holds").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row) return row;
  const other = await underWay(trx, stack);
  throw fail("E_STACK_BUSY", {
    stack,
    kind: other?.kind ?? "something",
    user: other?.by_user ?? "somebody",
    since: new Date((other?.at ?? now) * 1000).toISOString(),
  });
}

/** The operation that has the stack now. */
export function underWay(db: Kysely<Tables>, stack: string): Promise<OperationRow | undefined> {
  return db.selectFrom("stack_operations").selectAll().where("holds", "=", stack).executeTakeFirst();
}

/** Nobody in particular asked for it. */
export function isOwn({ by_uid, by_user }: Pick<OperationRow, "by_uid" | "by_user">): boolean {
  return by_uid === BERTH.uid && by_user === BERTH.user;
}

/** All under way, of all servers. */
export function allUnderWay(db: Kysely<Tables>): Promise<OperationRow[]> {
  return db.selectFrom("stack_operations").selectAll().where("holds", "is not", null).orderBy("at").execute();
}

export async function setPhase(db: Kysely<Tables>, id: string, phase: Phase): Promise<void> {
  await db.updateTable("stack_operations").set({ phase }).where("id", "=", id).execute();
}

/** Says that this server still carries them out. Answers those that are its own still. */
export async function beat(
  db: Kysely<Tables>,
  server: string,
  ids: readonly string[],
  now: number,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .updateTable("stack_operations")
    .set({ beat: now })
    .where("id", "in", [...ids])
    .where("server", "=", server)
    .where("holds", "is not", null)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Takes it from a server that is dead; false: it lives, or another was faster. */
export async function takeOver(db: Kysely<Tables>, row: OperationRow, server: string, now: number): Promise<boolean> {
  const taken = await db
    .updateTable("stack_operations")
    .set({ server, beat: now })
    .where("id", "=", row.id)
    .where("server", "=", row.server)
    .where("beat", "=", row.beat)
    .where("holds", "is not", null)
    .returning("id")
    .executeTakeFirst();
  return taken !== undefined;
}

/** It is over; the stack is free. False: another server has taken it over meanwhile. */
export async function endOperation(
  trx: Transaction<Tables>,
  { id, server }: Pick<OperationRow, "id" | "server">,
  end: { readonly state: Operation["state"]; readonly message: string | undefined; readonly at: number },
): Promise<boolean> {
  const ended = await trx
    .updateTable("stack_operations")
    .set({ holds: null, state: end.state, message: end.message ?? null, finished_at: end.at })
    .where("id", "=", id)
    .where("server", "=", server)
    .where("holds", "is not", null)
    .returning("id")
    .executeTakeFirst();
  return ended !== undefined;
}

/** @throws E_STACK_NO_OPERATION */
export async function readOperation(db: Kysely<Tables>, id: string): Promise<Operation> {
  const row = await db.selectFrom("stack_operations").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw fail("E_STACK_NO_OPERATION", { id });
  return operationOf(row);
}

/** Newest first. */
export async function operationPage(db: Kysely<Tables>, stack: string, page: PageChoice): Promise<Page<Operation>> {
  const limit = pageSize(page.limit);
  let query = db.selectFrom("stack_operations").selectAll().where("stack", "=", stack);
  if (page.after !== undefined) {
    const last = await readOperation(db, page.after);
    query = query.where(({ eb, or, and }) =>
      or([eb("at", "<", last.at), and([eb("at", "=", last.at), eb("id", "<", last.id)])]),
    );
  }
  const rows = await query
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map(operationOf);
  return { items, next: rows.length > limit ? items.at(-1)?.id : undefined };
}

/** Forgets those that ended before a time. */
export async function trimOperations(db: Kysely<Tables>, before: number): Promise<void> {
  await db.deleteFrom("stack_operations").where("finished_at", "<", before).execute();
}
