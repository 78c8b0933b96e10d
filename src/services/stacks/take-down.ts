// Takes a stack away: its containers in the order of their dependencies, its networks, if asked its volumes, its records.

import { desiredOf } from "./desired.ts";
import type { Doing, Outcome } from "./doing.ts";
import { findStack, readDeployment, readWills } from "./stack-records.ts";

/** Down. */
export async function takeDown(doing: Doing): Promise<Outcome> {
  const { driver, store, ports } = doing.room;
  await stopInOrder(doing);
  const observed = await doing.observe();
  const volumes = doing.arguments.volumes ? observed.volumes : [];
  await doing.apply(driver.plan(undefined, { ...observed, volumes }), undefined);
  await ports.release(doing.row.stack);
  const settle: Outcome["settle"] = async (trx) => {
    const name = doing.row.stack;
    // Who next has a stack of that name must not see what this one did.
    await trx.deleteFrom("stack_events").where("stack", "=", name).execute();
    for (const table of ["deployments", "stack_services"] as const)
      await trx.deleteFrom(table).where("stack", "=", name).execute();
    await trx.deleteFrom("stack_operations").where("stack", "=", name).where("id", "!=", doing.row.id).execute();
    await trx.deleteFrom("stacks").where("name", "=", name).execute();
  };
  return { state: "done", message: `taken down at ${new Date(store.now() * 1000).toISOString()}`, settle };
}

async function stopInOrder(doing: Doing): Promise<void> {
  const { driver, store } = doing.room;
  const stack = await findStack(store.db, doing.row.stack);
  if (!stack?.deployment) return;
  const deployment = await readDeployment(store.db, stack.deployment);
  const desired = desiredOf(deployment, await readWills(store.db, stack.name), { old: "keep" });
  const still = {
    ...desired,
    paused: new Set<string>(),
    scale: new Map(desired.spec.services.map(({ name }) => [name, 0])),
  };
  const plan = driver.plan(still, await doing.observe());
  const stops = plan.waves.map((wave) => wave.filter(({ action }) => action === "drain" || action === "stop"));
  await doing.apply({ ...plan, waves: stops.filter((wave) => wave.length > 0) }, still);
}
