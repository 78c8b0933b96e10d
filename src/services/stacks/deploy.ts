// Carries out a deployment: resolve, apply, and if it fails go back to what was before. It can be taken up again at every
// point: what is recorded says how far it came, what runs says the rest.

import { BerthError, hasCode, reasonOf } from "../../base/errors.ts";
import { configDigests } from "../driver/config-digest.ts";
import { configOf } from "../driver/names.ts";
import type { Deployment } from "../types.ts";
import { desiredOf } from "./desired.ts";
import type { Doing, Outcome } from "./doing.ts";
import { isAway } from "./engine-away.ts";
import type { OperationArguments } from "./operations.ts";
import { resolvePortsAgain, resolveStack } from "./resolve-stack.ts";
import {
  ownersOf,
  readDeployment,
  readStack,
  readWills,
  type StackRecord,
  setDeploymentState,
} from "./stack-records.ts";
import { summaryOf } from "./summary.ts";

/** Ports that other programs took are chosen anew so often. */
const PORT_TRIES = 5;

interface Case {
  readonly stack: StackRecord;
  readonly deployment: Deployment;
  /** What counts now, and is gone back to. */
  readonly before: Deployment | undefined;
}

/** Up, upgrade and rollback. */
export async function deploy(doing: Doing): Promise<Outcome> {
  const { db } = doing.room.store;
  const stack = await readStack(db, doing.row.stack);
  const deployment = await readDeployment(db, doing.row.id);
  const other = stack.deployment !== null && stack.deployment !== deployment.id ? stack.deployment : undefined;
  const before = other === undefined ? undefined : await readDeployment(db, other);
  const given = { stack, deployment, before };
  if (doing.row.phase === "rolling back") return goBack(doing, given, deployment.message ?? "the server ended");
  const resolved = await resolve(doing, given);
  if (!("spec" in resolved)) return resolved;
  return bringAbout(doing, { ...given, deployment: resolved });
}

async function resolve(doing: Doing, { deployment, before }: Case): Promise<Deployment | Outcome> {
  if (deployment.spec.services.every(({ name }) => deployment.images[name])) return deployment;
  try {
    await doing.enter("resolving");
    const { db } = doing.room.store;
    const resolved = await resolveStack(doing, deployment, before);
    if (!before) await db.updateTable("stacks").set(counting(resolved)).where("name", "=", deployment.stack).execute();
    return resolved;
  } catch (error) {
    if (doing.signal.aborted || isAway(error)) throw error;
    // Nothing has changed on the engine: what was before goes on.
    return failed(doing, reasonWithCure(error), undefined);
  }
}

async function bringAbout(doing: Doing, given: Case): Promise<Outcome> {
  await doing.enter("applying");
  let { deployment } = given;
  const avoid: number[] = [];
  for (;;) {
    try {
      return await applied(doing, { ...given, deployment });
    } catch (error) {
      if (doing.signal.aborted || isAway(error)) throw error;
      const taken = takenPort(deployment, error);
      if (taken === undefined || avoid.push(taken) === PORT_TRIES)
        return failedToApply(doing, { ...given, deployment }, error);
      deployment = await resolvePortsAgain(doing, deployment, avoid);
    }
  }
}

async function applied(doing: Doing, { stack, deployment, before }: Case): Promise<Outcome> {
  const wills = await readWills(doing.room.store.db, deployment.stack);
  const alone = doing.row.service !== null;
  // Going back is the end of what was kept for it; of one service, what is kept for others stays.
  const ofOne = alone && stack.unconfirmed === 1 ? "keep" : undefined;
  const old = deployment.kind === "rollback" && !alone ? "remove" : ofOne;
  const desired = desiredOf(updatedAs(deployment, doing.arguments), wills, { old });
  await doing.apply(doing.room.driver.plan(desired, await doing.observe()), desired);
  const configs = new Set(configDigests(desired).values());
  const unconfirmed = (await doing.observe()).containers.some((one) => !configs.has(configOf(one)));
  const settle: Outcome["settle"] = async (trx) => {
    const now = doing.room.store.now();
    await setDeploymentState(trx, deployment.id, { state: unconfirmed ? "upgraded" : "done", at: now });
    const previous = deployment.kind !== "rollback" ? (before?.id ?? null) : unconfirmed ? stack.previous : null;
    await trx
      .updateTable("stacks")
      .set({ ...counting(deployment), previous, unconfirmed: unconfirmed ? 1 : 0, failure: null, updated_at: now })
      .where("name", "=", deployment.stack)
      .execute();
  };
  return { state: "done", settle };
}

// Another way of replacing containers, for this operation only: what is recorded stays as the recipe has it.
function updatedAs(deployment: Deployment, { renew, update }: OperationArguments): Deployment {
  if (update === undefined) return deployment;
  const said = Object.fromEntries(Object.entries(update).filter(([, part]) => part !== undefined));
  const services = deployment.spec.services.map((one) =>
    renew?.services.includes(one.name) ? { ...one, update: { ...one.update, ...said } } : one,
  );
  return { ...deployment, spec: { ...deployment.spec, services } };
}

// What the stack's row says of the deployment that counts.
function counting(deployment: Deployment) {
  // As the recipe has it, without anybody's will.
  const summary = summaryOf(desiredOf(deployment, new Map()));
  const owners = ownersOf(deployment.spec, deployment.by.user);
  return { ...owners, deployment: deployment.id, summary: JSON.stringify(summary) };
}

// A port that the platform chose, and that another program has by now.
function takenPort({ ports }: Deployment, error: unknown): number | undefined {
  const cause = error instanceof BerthError && hasCode(error.cause, "E_ENGINE_PORT_TAKEN") ? error.cause : undefined;
  const port = cause instanceof BerthError ? Number(cause.fields["port"]) : undefined;
  return port !== undefined && Object.values(ports).includes(port) ? port : undefined;
}

async function failedToApply(doing: Doing, given: Case, error: unknown): Promise<Outcome> {
  const message = reasonWithCure(error);
  const { deployment, before } = given;
  const service = deployment.spec.services.find(({ name }) => name === doing.failed?.step.service);
  // To go back to what did not work either would help nobody.
  const wasGood = before?.state === "done" || before?.state === "upgraded";
  const asked = (service?.update.onFailure ?? "rollback") === "rollback";
  const goesBack = deployment.kind !== "rollback" && wasGood && asked;
  if (!goesBack) return failed(doing, message, deployment);
  // Recorded first: who takes this up after us knows why.
  await setDeploymentState(doing.room.store.db, deployment.id, { state: "under way", message });
  return goBack(doing, given, message);
}

async function goBack(doing: Doing, { deployment, before }: Case, message: string): Promise<Outcome> {
  await doing.enter("rolling back");
  if (!before) return failed(doing, message, deployment);
  try {
    const wills = await readWills(doing.room.store.db, deployment.stack);
    const desired = desiredOf(before, wills, { old: "remove" });
    await doing.apply(doing.room.driver.plan(desired, await doing.observe()), desired);
  } catch (error) {
    if (doing.signal.aborted || isAway(error)) throw error;
    return failed(doing, `${message}; going back failed, too: ${reasonWithCure(error)}`, deployment);
  }
  const settle: Outcome["settle"] = async (trx) => {
    const now = doing.room.store.now();
    await setDeploymentState(trx, deployment.id, { state: "rolled back", message, at: now });
    const failure = `deployment ${deployment.number} was taken back: ${message}`;
    await trx.updateTable("stacks").set({ failure, updated_at: now }).where("name", "=", deployment.stack).execute();
  };
  return { state: "rolled back", message, settle };
}

// `counts`: what was begun on the engine stays as it is, and is what the stack is now.
function failed(doing: Doing, message: string, counts: Deployment | undefined): Outcome {
  const settle: Outcome["settle"] = async (trx) => {
    const now = doing.room.store.now();
    await setDeploymentState(trx, doing.row.id, { state: "failed", message, at: now });
    const stack = await readStack(trx, doing.row.stack);
    const moved = counts && stack.deployment !== counts.id ? { ...counting(counts), previous: stack.deployment } : {};
    await trx
      .updateTable("stacks")
      .set({ ...moved, failure: message, updated_at: now })
      .where("name", "=", doing.row.stack)
      .execute();
  };
  return { state: "failed", message, settle };
}

function reasonWithCure(error: unknown): string {
  const cure = error instanceof BerthError ? error.hint : undefined;
  return cure === undefined ? reasonOf(error) : `${reasonOf(error)} (${cure})`;
}
