// Who has which port of the host. A stack keeps its ports while it is stopped, upgraded and rolled back, so that people's
// addresses stay; they are free again when it is removed.

import type { Transaction } from "kysely";
import { defineErrors } from "../../base/errors.ts";
import type { PolicyConfig } from "../../policy/config.ts";
import { formatRanges } from "../../policy/port-class.ts";
import type { Tables } from "../../store/schema.ts";
import type { StackPortRow } from "../../store/schema-ports-quotas.ts";
import type { Store } from "../../store/store.ts";
import type { PortOffice, PortWish } from "../stacks/types.ts";
import { portCandidates } from "./candidates.ts";

const fail = defineErrors({
  E_PORT_HELD: {
    text: "port {port}/{protocol} of this machine belongs to the stack {stack}",
    hint: "leave the port out to be given a free one",
    http: 409,
    exit: 1,
  },
  E_PORT_TAKEN: {
    text: "port {port}/{protocol} of this machine is used by a program that is not berth's",
    hint: "leave the port out to be given a free one, or stop that program",
    http: 409,
    exit: 1,
  },
  E_PORT_TWICE: {
    text: "{service} wants port {port}/{protocol} of this machine, which another service of the stack wants, too",
    hint: "give each a port of its own, or leave one out to be given a free one",
    http: 422,
    exit: 1,
  },
  E_PORT_NONE: {
    text: "no port is free for {service} ({container}/{protocol}) among {ranges}",
    hint: "ask for one outside of these ranges, or reach the service through the proxy",
    http: 409,
    exit: 1,
  },
});

/** A port that a stack holds. */
export interface HeldPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly stack: string;
  readonly service: string;
  readonly container: number;
}

export interface PortOfficeParts {
  readonly store: Store;
  readonly policy: () => PolicyConfig;
  /** True when no program has it. */
  readonly isFree: (port: number, protocol: "tcp" | "udp") => Promise<boolean>;
  readonly random?: (() => number) | undefined;
}

/** The ports of this machine, with those held. */
export interface Ports extends PortOffice {
  held(): Promise<readonly HeldPort[]>;
}

type Request = Parameters<PortOffice["choose"]>[0];

/** The office over a store. */
export function portOffice({ store, policy, isFree, random = Math.random }: PortOfficeParts): Ports {
  return {
    async choose(request, wait) {
      // Looked for outside of the transaction, since asking the machine takes time; who takes it meanwhile shows there.
      for (;;) {
        wait?.signal?.throwIfAborted();
        const taken = await othersPorts(store, request.stack);
        const chosen = await choosePorts(request, taken, { policy: policy(), isFree, random });
        if (await holdAll(store, request, chosen)) return Object.fromEntries(chosen);
      }
    },
    async release(stack) {
      await store.db.deleteFrom("stack_ports").where("stack", "=", stack).execute();
    },
    held: async () => (await store.db.selectFrom("stack_ports").selectAll().orderBy("port").execute()).map(readPort),
  };
}

/** Stack by `PORT/PROTOCOL`. */
async function othersPorts({ db }: Store, stack: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom("stack_ports").selectAll().where("stack", "!=", stack).execute();
  return new Map(rows.map((row) => [`${row.port}/${row.protocol}`, row.stack]));
}

interface Means {
  readonly policy: PolicyConfig;
  readonly isFree: PortOfficeParts["isFree"];
  readonly random: () => number;
}

async function choosePorts(
  { wishes, held, avoid }: Request,
  others: ReadonlyMap<string, string>,
  means: Means,
): Promise<ReadonlyMap<string, number>> {
  const chosen = new Map<string, number>();
  const used = new Map<string, string>();
  // Who says which one he wants comes first, so that nobody else of the stack is given it.
  for (const wish of [...wishes].sort((a, b) => Number(a.host === undefined) - Number(b.host === undefined))) {
    const before = held[wish.key];
    // One service may have a port on several addresses of the machine.
    const isUsed = (port: number) => (used.get(`${port}/${wish.protocol}`) ?? wish.service) !== wish.service;
    const kept = before !== undefined && !avoid.includes(before) && !isUsed(before) ? before : undefined;
    const port = wish.host ?? kept ?? (await freePort(wish, { others, used, avoid }, means));
    if (isUsed(port)) throw fail("E_PORT_TWICE", { service: wish.service, port, protocol: wish.protocol });
    await checkWish(wish, port, Object.values(held), others, means);
    chosen.set(wish.key, port);
    used.set(`${port}/${wish.protocol}`, wish.service);
  }
  return chosen;
}

async function checkWish(
  { protocol }: PortWish,
  port: number,
  before: readonly number[],
  others: ReadonlyMap<string, string>,
  { isFree }: Means,
): Promise<void> {
  const stack = others.get(`${port}/${protocol}`);
  if (stack !== undefined) throw fail("E_PORT_HELD", { port, protocol, stack });
  // What the stack had before is taken by its own containers.
  if (!before.includes(port) && !(await isFree(port, protocol))) throw fail("E_PORT_TAKEN", { port, protocol });
}

async function freePort(
  wish: PortWish,
  gone: {
    readonly others: ReadonlyMap<string, string>;
    readonly used: ReadonlyMap<string, string>;
    readonly avoid: readonly number[];
  },
  { policy, isFree, random }: Means,
): Promise<number> {
  const { service, container, protocol } = wish;
  for (const port of portCandidates(wish, policy, random)) {
    const name = `${port}/${protocol}`;
    if (gone.others.has(name) || gone.used.has(name) || gone.avoid.includes(port)) continue;
    if (await isFree(port, protocol)) return port;
  }
  const open = [...policy.portClasses.values()].filter((one) => one.protocol === protocol);
  const ranges = formatRanges(open.flatMap(({ ports }) => ports)) || "the ports of this site";
  throw fail("E_PORT_NONE", { service, container, protocol, ranges });
}

/** Another stack was first with one of the ports: nothing of the transaction may stay. */
class Late extends Error {}

/** False: another stack was first with one of them. */
async function holdAll(store: Store, request: Request, chosen: ReadonlyMap<string, number>): Promise<boolean> {
  try {
    await store.transaction((trx) => hold(trx, request, chosen));
    return true;
  } catch (error) {
    if (error instanceof Late) return false;
    throw error;
  }
}

// What the stack held and neither wishes nor has any more is given back.
async function hold(
  trx: Transaction<Tables>,
  { stack, wishes, held }: Request,
  chosen: ReadonlyMap<string, number>,
): Promise<void> {
  const kept = [...chosen.values(), ...Object.values(held)];
  const stale = trx.deleteFrom("stack_ports").where("stack", "=", stack);
  await (kept.length === 0 ? stale : stale.where("port", "not in", kept)).execute();
  const rows = wishes.map(({ key, service, container, protocol }) => {
    return { port: chosen.get(key) ?? 0, protocol, stack, service, container };
  });
  // In one order everywhere: two stacks that want the same ports must not wait for each other.
  for (const row of rows.sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1))) {
    const { port, protocol, service, container } = row;
    const holder = await trx
      .insertInto("stack_ports")
      .values(row)
      .onConflict((conflict) => conflict.columns(["port", "protocol"]).doNothing())
      .executeTakeFirst();
    if ((holder.numInsertedOrUpdatedRows ?? 0n) > 0n) continue;
    const ours = trx.updateTable("stack_ports").set({ service, container });
    const { numUpdatedRows } = await ours
      .where("port", "=", port)
      .where("protocol", "=", protocol)
      .where("stack", "=", stack)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new Late();
  }
}

function readPort({ port, protocol, stack, service, container }: StackPortRow): HeldPort {
  return { port, protocol: protocol === "udp" ? "udp" : "tcp", stack, service, container };
}
