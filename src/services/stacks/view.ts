// Stacks as people see them: records, and what the engine said last. No question here goes to an engine.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import { configOf, isUp, serviceOf, slotOf } from "../driver/names.ts";
import type { EngineContainer } from "../engine/types.ts";
import { LABELS, type Service, type ServiceContainer, type Stack } from "../types.ts";
import { MAX_PAGE, pageSize } from "./event-pages.ts";
import type { Room } from "./parts.ts";
import { readStack, readWillsOf, type StackRecord, summariesOf } from "./stack-records.ts";
import { needsAttention, type ServiceWill, serviceState, stackState, type UnderWay } from "./state.ts";
import type { ServiceSummary } from "./summary.ts";
import type { Page, PageChoice, StackFilter } from "./types.ts";
import { seenBy } from "./visible.ts";

/** A page in the order of names. */
export async function listStacks(room: Room, filter: StackFilter, page: PageChoice): Promise<Page<Stack>> {
  if (!filter.attention) return pageOf(room, filter, page);
  const limit = pageSize(page.limit);
  const found: Stack[] = [];
  // What state a stack has is not recorded: it is seen by looking at each.
  for (let { after } = page; ; ) {
    const { items, next } = await pageOf(room, filter, { limit: MAX_PAGE, after });
    found.push(...items.filter(({ state }) => needsAttention(state)));
    if (found.length > limit) return { items: found.slice(0, limit), next: found[limit - 1]?.name };
    if (next === undefined) return { items: found, next };
    after = next;
  }
}

async function pageOf(room: Room, filter: StackFilter, page: PageChoice): Promise<Page<Stack>> {
  const limit = pageSize(page.limit);
  let query = room.store.db
    .selectFrom("stacks as s")
    .selectAll("s")
    .orderBy("s.name")
    .limit(limit + 1);
  if (page.after !== undefined) query = query.where("s.name", ">", page.after);
  if (filter.eyes) query = query.where(seenBy(filter.eyes));
  if (filter.owner !== undefined) query = query.where("s.owner", "=", filter.owner);
  if (filter.text !== undefined) {
    const part = `%${escapeLike(filter.text.toLowerCase())}%`;
    query = query.where(sql<boolean>`(s.name like ${part} escape '!' or lower(s.title) like ${part} escape '!')`);
  }
  if (filter.tag !== undefined) query = query.where(sql<boolean>`s.tags like ${tagPattern(filter.tag)} escape '!'`);
  const rows = await query.execute();
  const items = await viewsOf(room, rows.slice(0, limit));
  return { items, next: rows.length > limit ? items.at(-1)?.name : undefined };
}

/** @throws E_STACK_NONE */
export async function showStack(room: Room, name: string): Promise<Stack> {
  const row = await readStack(room.store.db, name);
  const [view] = await viewsOf(room, [row]);
  if (!view) throw new TypeError("a stack without view");
  return view;
}

async function viewsOf(room: Room, rows: readonly StackRecord[]): Promise<readonly Stack[]> {
  if (rows.length === 0) return [];
  const names = rows.map(({ name }) => name);
  const [wills, doing] = await Promise.all([readWillsOf(room.store.db, names), doingOf(room.store.db, rows)]);
  return rows.map((row) => {
    const known = {
      wills: wills.get(row.name) ?? new Map(),
      doing: doing.get(row.name),
      containers: room.driver.containers(row.name),
    };
    return viewOf(room, row, known);
  });
}

interface Known {
  readonly wills: ReadonlyMap<string, ServiceWill>;
  readonly doing: UnderWay | undefined;
  readonly containers: readonly EngineContainer[];
}

function viewOf(room: Room, row: StackRecord, known: Known): Stack {
  const services = summariesOf(row).map((summary) => serviceView(room, row.name, summary, known));
  const failure = row.failure ?? undefined;
  const { state, reason } = stackState(services, { unconfirmed: row.unconfirmed === 1, failure }, known.doing);
  return {
    ...{ name: row.name, title: row.title, owner: row.owner, tags: JSON.parse(row.tags), state, reason, services },
    group: row.group_name ?? undefined,
    staffOwner: row.staff_owner ?? undefined,
    staffGroup: row.staff_group ?? undefined,
    deployment: row.deployment ?? "",
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function serviceView(room: Room, stack: string, summary: ServiceSummary, known: Known): Service {
  const { name, image, digest, config, routes } = summary;
  const will = known.wills.get(name);
  const all = known.containers.filter((one) => serviceOf(one) === name);
  // Old ones that are kept, stopped, are not what people mean by the service.
  const shown = all.filter((one) => configOf(one) === config || isUp(one));
  const { state, reason } = serviceState(summary, will, all, known.doing);
  const { tell } = room;
  return {
    ...{ stack, name, state, reason, image, digest, routes },
    wanted: will?.halted ? 0 : (will?.replicas ?? summary.replicas),
    containers: shown.map(containerView).sort((a, b) => a.slot - b.slot),
    ports: summary.ports.map((port) => ({
      ...port,
      ...(tell?.port?.(stack, name, port.host) ?? { name: undefined, reach: "" }),
    })),
    idle: tell?.idle?.(stack, name),
  };
}

function containerView(one: EngineContainer): ServiceContainer {
  const { id, status, health, startedAt, exitCode, restarts, error } = one;
  return {
    id,
    status,
    health,
    startedAt,
    exitCode,
    restarts,
    error,
    slot: slotOf(one),
    digest: one.labels[LABELS.digest] ?? "",
  };
}

async function doingOf(db: Kysely<Tables>, stacks: readonly StackRecord[]): Promise<ReadonlyMap<string, UnderWay>> {
  const names = stacks.map(({ name }) => name);
  const rows = await db.selectFrom("stack_operations").selectAll().where("holds", "in", names).execute();
  const entries = rows.map((row) => {
    const counts = stacks.find(({ name }) => name === row.stack)?.deployment;
    const again = counts !== null && counts !== undefined && counts !== row.id;
    const doing = { kind: row.kind as UnderWay["kind"], service: row.service ?? undefined, phase: row.phase, again };
    return [row.stack, doing] as const;
  });
  return new Map(entries);
}

function tagPattern(tag: string): string {
  const colon = tag.indexOf(":");
  const key = JSON.stringify(colon < 0 ? tag : tag.slice(0, colon));
  const value = colon < 0 ? "" : JSON.stringify(tag.slice(colon + 1));
  return `%${escapeLike(`${key}:${value}`)}%`;
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, (char) => `!${char}`);
}
