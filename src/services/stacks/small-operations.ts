// Operations that deploy nothing new: stop, start, restart, scale, sleep, wake, confirm. What is wanted was recorded when
// they began; here it is brought about, for the services concerned only.

import { withDependencies, withSharers } from "../driver/order.ts";
import { onlyRemovals, onlyServices, planRestart } from "../driver/partial-plan.ts";
import type { DesiredStack } from "../types.ts";
import { desiredOf } from "./desired.ts";
import type { Doing, Outcome } from "./doing.ts";
import { fail } from "./errors.ts";
import { keptAtRestart, movedTags } from "./moved-tags.ts";
import { lookImages } from "./resolve-stack.ts";
import { readDeployment, readStack, readWills, setDeploymentState } from "./stack-records.ts";

const DONE: Outcome = { state: "done" };

/** Stop, scale, sleep. */
export async function adjust(doing: Doing): Promise<Outcome> {
  const desired = await desiredNow(doing);
  await bringAbout(doing, desired, servicesOf(doing, desired));
  return DONE;
}

/** Start: with what the services depend on, and who shares their networks, as far as those are to run. */
export async function start(doing: Doing): Promise<Outcome> {
  const desired = await desiredNow(doing);
  await bringAbout(doing, desired, concerned(desired, servicesOf(doing, desired)));
  return DONE;
}

/** As fast as it goes: nothing is watched that nobody waits for. */
export async function wake(doing: Doing): Promise<Outcome> {
  const desired = { ...(await desiredNow(doing)), brisk: true };
  await bringAbout(doing, desired, concerned(desired, servicesOf(doing, desired)));
  return DONE;
}

// What must be up before them, and what can work only after them.
function concerned({ spec }: DesiredStack, services: readonly string[]): readonly string[] {
  return withSharers(spec, [...new Set(services.flatMap((name) => withDependencies(spec, name)))]);
}

export async function restart(doing: Doing): Promise<Outcome> {
  const desired = await desiredNow(doing);
  const services = servicesOf(doing, desired);
  await noteKept(doing, desired, services);
  await doing.apply(planRestart(desired, await doing.observe(), services, doing.row.at), desired);
  return DONE;
}

// Who restarts to have the new build is told that it takes an upgrade. The registry is not asked.
async function noteKept(doing: Doing, { spec, images }: DesiredStack, services: readonly string[]): Promise<void> {
  const concerned = { ...spec, services: spec.services.filter(({ name }) => services.includes(name)) };
  const now = await lookImages({ driver: doing.room.driver }, concerned, undefined);
  for (const moved of movedTags(concerned, images, now))
    await doing.note({ kind: "tag", service: moved.service, message: keptAtRestart(moved) });
}

/** Removes the containers that an upgrade kept. */
export async function confirm(doing: Doing): Promise<Outcome> {
  const desired: DesiredStack = { ...(await desiredNow(doing)), old: "remove" };
  await doing.apply(onlyRemovals(doing.room.driver.plan(desired, await doing.observe())), desired);
  const settle: Outcome["settle"] = async (trx) => {
    const now = doing.room.store.now();
    await setDeploymentState(trx, desired.deployment, { state: "done", at: now });
    const set = { unconfirmed: 0, updated_at: now };
    await trx.updateTable("stacks").set(set).where("name", "=", doing.row.stack).execute();
  };
  return { state: "done", settle };
}

async function desiredNow(doing: Doing): Promise<DesiredStack> {
  const { db } = doing.room.store;
  const stack = await readStack(db, doing.row.stack);
  if (stack.deployment === null) throw fail("E_STACK_NOT_DEPLOYED", { stack: stack.name });
  const deployment = await readDeployment(db, stack.deployment);
  const wills = await readWills(db, stack.name);
  return desiredOf(deployment, wills, { old: stack.unconfirmed === 1 ? "keep" : "remove" });
}

function servicesOf({ row, arguments: { services } }: Doing, { spec }: DesiredStack): readonly string[] {
  if (services) return services;
  return row.service === null ? spec.services.map(({ name }) => name) : [row.service];
}

async function bringAbout(doing: Doing, desired: DesiredStack, services: readonly string[]): Promise<void> {
  const plan = doing.room.driver.plan(desired, await doing.observe());
  await doing.apply(onlyServices(plan, services), desired);
}
