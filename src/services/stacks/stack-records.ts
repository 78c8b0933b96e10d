// Stacks, deployments and wills in the database.

import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Tables } from "../../store/schema.ts";
import type { StackRow } from "../../store/schema-stacks.ts";
import type { Deployment } from "../types.ts";
import { fail } from "./errors.ts";
import { numberCursor, pageSize } from "./event-pages.ts";
import { deploymentOf, deploymentRow, findingsText, type WishRest } from "./records.ts";
import type { ServiceWill } from "./state.ts";
import { plainSummary, type ServiceSummary } from "./summary.ts";
import type { Page, PageChoice } from "./types.ts";

/** A stack's row as read. */
export type StackRecord = Selectable<StackRow>;

export function findStack(db: Kysely<Tables>, name: string): Promise<StackRecord | undefined> {
  return db.selectFrom("stacks").selectAll().where("name", "=", name).executeTakeFirst();
}

/** @throws E_STACK_NONE */
export async function readStack(db: Kysely<Tables>, name: string): Promise<StackRecord> {
  const row = await findStack(db, name);
  if (!row) throw fail("E_STACK_NONE", { stack: name });
  return row;
}

/** Makes the row of a stack that is new; false: there is one of that name. */
export async function insertStack(
  trx: Transaction<Tables>,
  spec: StackSpec,
  user: string,
  now: number,
): Promise<boolean> {
  const made = await trx
    .insertInto("stacks")
    .values({
      ...{ name: spec.name, ...ownersOf(spec, user), summary: JSON.stringify(plainSummary(spec)) },
      ...{ deployment: null, previous: null, unconfirmed: 0, failure: null, created_at: now, updated_at: now },
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("name")
    .executeTakeFirst();
  return made !== undefined;
}

/** Whose the stack is, as its tags say; without the tag `owner` it is the one's who made it. */
export function ownersOf({ name, title, tags }: StackSpec, user: string) {
  return {
    title: title ?? name,
    owner: tags["owner"] ?? user,
    group_name: tags["group"] ?? null,
    staff_owner: tags["staff-owner"] ?? null,
    staff_group: tags["staff-group"] ?? null,
    tags: JSON.stringify(tags),
  };
}

export async function insertDeployment(
  trx: Transaction<Tables>,
  deployment: Omit<Deployment, "number">,
  wish: WishRest,
): Promise<Deployment> {
  const last = await trx
    .selectFrom("deployments")
    .select(({ fn }) => fn.max("number").as("number"))
    .where("stack", "=", deployment.stack)
    .executeTakeFirst();
  const whole = { ...deployment, number: Number(last?.number ?? 0) + 1 };
  await trx.insertInto("deployments").values(deploymentRow(whole, wish)).execute();
  return whole;
}

/** @throws E_STACK_NO_DEPLOYMENT */
export async function readDeployment(db: Kysely<Tables>, id: string): Promise<Deployment> {
  const row = await db.selectFrom("deployments").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw fail("E_STACK_NO_DEPLOYMENT", { id });
  return deploymentOf(row);
}

/** The rest of the wish that a deployment was made of. */
export async function readWishRest(db: Kysely<Tables>, id: string): Promise<WishRest> {
  const row = await db.selectFrom("deployments").select("wish").where("id", "=", id).executeTakeFirst();
  if (!row) throw fail("E_STACK_NO_DEPLOYMENT", { id });
  return JSON.parse(row.wish);
}

/** By number or id. @throws E_STACK_NO_DEPLOYMENT */
export async function deploymentNamed(db: Kysely<Tables>, stack: string, name: string | number): Promise<Deployment> {
  const query = db.selectFrom("deployments").selectAll().where("stack", "=", stack);
  const isNumber = typeof name === "number" || /^[0-9]{1,9}$/.test(name);
  const row = await (isNumber
    ? query.where("number", "=", Number(name))
    : query.where("id", "=", name)
  ).executeTakeFirst();
  if (!row) throw fail("E_STACK_NO_DEPLOYMENT", { id: name });
  return deploymentOf(row);
}

/** Newest first, without files: they are long. */
export async function deploymentPage(db: Kysely<Tables>, stack: string, page: PageChoice): Promise<Page<Deployment>> {
  const limit = pageSize(page.limit);
  let query = db.selectFrom("deployments").selectAll().where("stack", "=", stack);
  if (page.after !== undefined) query = query.where("number", "<", numberCursor(page.after));
  const rows = await query
    .orderBy("number", "desc")
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map((row) => ({ ...deploymentOf(row), files: [] }));
  return { items, next: rows.length > limit ? String(items.at(-1)?.number ?? 0) : undefined };
}

/** Forgets all but the newest `keep` of each stack, never those that count. */
export async function trimDeployments(db: Kysely<Tables>, keep: number): Promise<void> {
  await db
    .deleteFrom("deployments")
    .where(
      sql<boolean>`number <= (select max(d.number) from deployments as d where d.stack = deployments.stack) - ${keep}`,
    )
    .where(
      sql<boolean>`not exists (select 1 from stacks as s where s.deployment = deployments.id or s.previous = deployments.id)`,
    )
    .execute();
}

/** What its tags turned out to mean, and what was judged then: recorded before anything on the engine changes. */
export async function setResolved(
  db: Kysely<Tables>,
  id: string,
  found: Pick<Deployment, "images" | "ports"> & Partial<Pick<Deployment, "spec" | "findings">>,
): Promise<void> {
  const { images, ports, spec, findings } = found;
  const judged = spec && findings && { spec: JSON.stringify(spec), findings: findingsText(findings) };
  await db
    .updateTable("deployments")
    .set({ images: JSON.stringify(images), ports: JSON.stringify(ports), ...judged })
    .where("id", "=", id)
    .execute();
}

export async function setDeploymentState(
  db: Kysely<Tables>,
  id: string,
  end: { readonly state: Deployment["state"]; readonly message?: string | undefined; readonly at?: number | undefined },
): Promise<void> {
  const { state, message, at } = end;
  const set = { state, message: message ?? null, finished_at: at ?? null };
  await db.updateTable("deployments").set(set).where("id", "=", id).execute();
}

/** The wills of a stack's services, by service. */
export async function readWills(db: Kysely<Tables>, stack: string): Promise<ReadonlyMap<string, ServiceWill>> {
  const rows = await db.selectFrom("stack_services").selectAll().where("stack", "=", stack).execute();
  return new Map(rows.map((row) => [row.service, willOf(row)]));
}

/** The wills of several stacks, by stack and service. */
export async function readWillsOf(
  db: Kysely<Tables>,
  stacks: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, ServiceWill>>> {
  if (stacks.length === 0) return new Map();
  const rows = await db
    .selectFrom("stack_services")
    .selectAll()
    .where("stack", "in", [...stacks])
    .execute();
  const found = new Map<string, Map<string, ServiceWill>>();
  for (const row of rows) {
    const mine = found.get(row.stack) ?? new Map<string, ServiceWill>();
    mine.set(row.service, willOf(row));
    found.set(row.stack, mine);
  }
  return found;
}

function willOf(row: {
  readonly replicas: number | null;
  readonly halted: string | null;
  readonly reason: string | null;
}) {
  return {
    replicas: row.replicas === null ? undefined : Number(row.replicas),
    halted: (row.halted ?? undefined) as ServiceWill["halted"],
    reason: row.reason ?? undefined,
  };
}

/** Changes the will for services, leaving what is not said as it is. */
export async function setWill(
  db: Kysely<Tables>,
  stack: string,
  services: readonly string[],
  will: Partial<{ readonly replicas: number | null; readonly halted: string | null; readonly reason: string | null }>,
  now: number,
): Promise<void> {
  for (const service of services)
    await db
      .insertInto("stack_services")
      .values({ stack, service, replicas: null, halted: null, reason: null, ...will, at: now })
      .onConflict((conflict) => conflict.columns(["stack", "service"]).doUpdateSet({ ...will, at: now }))
      .execute();
}

/** @throws E_STACK_NO_SERVICE */
export function checkService(stack: StackRecord, service: string): ServiceSummary {
  const services = summariesOf(stack);
  const found = services.find(({ name }) => name === service);
  if (found) return found;
  const names = services.map(({ name }) => name).join(", ");
  throw fail("E_STACK_NO_SERVICE", { stack: stack.name, service, services: names === "" ? "none yet" : names });
}

export function summariesOf({ summary }: Pick<StackRow, "summary">): readonly ServiceSummary[] {
  return JSON.parse(summary);
}
