// Stop, start, restart, scale, confirm: what is recorded when they are asked for.

import type { Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import { beginChange } from "./begin.ts";
import { withWills } from "./desired.ts";
import { fail } from "./errors.ts";
import type { Room } from "./parts.ts";
import type { Runner } from "./runner.ts";
import { checkService, readDeployment, readStack, readWills, setWill, summariesOf } from "./stack-records.ts";
import type { Person, Stacks } from "./types.ts";

/** No site wants more of one service on one machine. */
const MOST = 100;

/** The part of the offer that changes services without deploying anything new. */
export function changesOf(
  room: Room,
  runner: Runner,
): Pick<Stacks, "stop" | "start" | "restart" | "scale" | "confirm"> {
  const { store } = room;
  const checked = (name: string, service: string | readonly string[] | undefined) => namedServices(room, name, service);
  return {
    async stop(stack, service, by) {
      const services = await checked(stack, service);
      return beginChange(runner, { stack, service, kind: "stop", by }, (trx) =>
        setWill(trx, stack, services, { halted: "stopped", reason: `${by.user} stopped it` }, store.now()),
      );
    },
    async start(stack, service, by) {
      const services = await checked(stack, service);
      return beginChange(runner, { stack, service, kind: "start", by }, (trx) =>
        setWill(trx, stack, services, { halted: null, reason: null }, store.now()),
      );
    },
    restart: (...asked) => restart(room, runner, ...asked),
    scale: (...asked) => scale(room, runner, ...asked),
    confirm: (stack, by) =>
      beginChange(runner, { stack, kind: "confirm", by }, async (trx) => {
        const { unconfirmed } = await readStack(trx, stack);
        if (unconfirmed !== 1) throw fail("E_STACK_NOTHING_TO_CONFIRM", { stack });
      }),
  };
}

// @throws E_STACK_NONE, E_STACK_NO_SERVICE
async function namedServices({ store }: Room, name: string, service: string | readonly string[] | undefined) {
  const stack = await readStack(store.db, name);
  const services = service === undefined ? summariesOf(stack).map((one) => one.name) : [service].flat();
  for (const one of services) checkService(stack, one);
  return services;
}

async function jobsOf({ store }: Room, name: string): Promise<readonly string[]> {
  const services = summariesOf(await readStack(store.db, name));
  return services.filter(({ kind }) => kind === "job").map((one) => one.name);
}

async function restart(
  room: Room,
  runner: Runner,
  stack: string,
  service: string | readonly string[] | undefined,
  by: Person,
) {
  const all = await namedServices(room, stack, service);
  // What runs once runs again only for who names it.
  const jobs = service === undefined ? await jobsOf(room, stack) : [];
  const services = all.filter((name) => !jobs.includes(name));
  const one = typeof service === "string" ? service : undefined;
  return beginChange(runner, { stack, service: one, kind: "restart", by, arguments: { services } });
}

async function scale(room: Room, runner: Runner, name: string, service: string, containers: number, by: Person) {
  const { store } = room;
  const stack = await readStack(store.db, name);
  const { kind } = checkService(stack, service);
  const why = kind === "job" ? "it is a job, which runs once" : `that is no number from 0 to ${MOST}`;
  if (kind === "job" || !Number.isSafeInteger(containers) || containers < 0 || containers > MOST)
    throw fail("E_STACK_SCALE", { service, containers, why, most: MOST });
  return beginChange(runner, { stack: name, service, kind: "scale", by }, async (trx) => {
    await checkScale(room, trx, { stack: name, service, containers });
    await setWill(trx, name, [service], { replicas: containers }, store.now());
  });
}

async function checkScale(
  { quota }: Room,
  trx: Transaction<Tables>,
  { stack, service, containers }: { readonly stack: string; readonly service: string; readonly containers: number },
): Promise<void> {
  const { owner, group_name: group, deployment } = await readStack(trx, stack);
  if (deployment === null) throw fail("E_STACK_NOT_DEPLOYED", { stack });
  const { spec } = await readDeployment(trx, deployment);
  const wills = new Map(await readWills(trx, stack));
  const will = wills.get(service) ?? { halted: undefined, reason: undefined };
  wills.set(service, { ...will, replicas: containers });
  await quota(trx, { stack, owner, group: group ?? undefined, spec: withWills(spec, wills) });
}
