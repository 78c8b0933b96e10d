// How each operation begins: what must hold, and what is recorded with it in the same transaction.

import { randomBytes } from "node:crypto";
import type { Transaction } from "kysely";
import { BerthError } from "../../base/errors.ts";
import type { Finding } from "../../policy/types.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Tables } from "../../store/schema.ts";
import type { Deployment, RecipeFile } from "../types.ts";
import { withWills } from "./desired.ts";
import { fail } from "./errors.ts";
import type { OperationArguments } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { WishRest } from "./records.ts";
import type { Runner } from "./runner.ts";
import {
  insertDeployment,
  insertStack,
  readDeployment,
  readStack,
  readWills,
  type StackRecord,
} from "./stack-records.ts";
import type { Operation, OperationKind, Person } from "./types.ts";

/** What a new deployment is made of. */
export interface NewDeployment {
  readonly kind: "up" | "upgrade" | "rollback";
  /** When it is about this service alone. */
  readonly service?: string | undefined;
  readonly by: Person;
  readonly spec: StackSpec;
  readonly files: readonly RecipeFile[];
  readonly wish: WishRest;
  readonly findings: readonly Finding[];
  /** Known already: of a rollback. */
  readonly resolved?: Pick<Deployment, "images" | "ports"> | undefined;
  readonly arguments: OperationArguments;
  /** The stack as it was when this was judged; undefined: there was none. */
  readonly over: Pick<StackRecord, "owner" | "deployment"> | undefined;
  /** True: it needs no more than the stack has already. */
  readonly held?: boolean | undefined;
}

/** @throws E_STACK_BUSY, E_STACK_CHANGED, E_STACK_UNCONFIRMED, and what the quota check throws */
export async function beginDeployment(room: Room, runner: Runner, wanted: NewDeployment): Promise<Deployment> {
  const { kind, by, spec, files, findings, resolved } = wanted;
  const id = newId();
  const stack = spec.name;
  const { service } = wanted;
  await runner.begin({ id, stack, kind, service, arguments: wanted.arguments, by }, async (trx) => {
    const now = room.store.now();
    if (!wanted.held) await checkQuota(room, trx, wanted);
    const made = kind === "up" && (await insertStack(trx, spec, by.user, now));
    if (made && wanted.over) throw fail("E_STACK_CHANGED", { stack });
    if (!made) await refuseChanged(trx, stack, wanted.over);
    if (kind !== "rollback") await refuseUnconfirmed(trx, stack);
    // A recipe that is sent again says how it wants to run: what was asked for by hand before is over.
    if (kind === "up") await trx.deleteFrom("stack_services").where("stack", "=", stack).execute();
    const found = resolved ?? { images: {}, ports: {} };
    const rest = { state: "under way", message: undefined, finishedAt: undefined } as const;
    await insertDeployment(
      trx,
      { id, stack, kind, by, at: now, spec, files, findings, ...found, ...rest },
      wanted.wish,
    );
  });
  return readDeployment(room.store.db, id);
}

/** What the quota check will throw when this is deployed; undefined: nothing, as things are. */
export async function quotaRefusal(room: Room, spec: StackSpec, by: Person): Promise<BerthError | undefined> {
  try {
    await room.store.transaction((trx) => checkQuota(room, trx, { kind: "up", spec, by }));
    return undefined;
  } catch (error) {
    // That the store is busy or away is no answer.
    if (error instanceof BerthError && error.code.startsWith("E_QUOTA_")) return error;
    throw error;
  }
}

type Wanted = Pick<NewDeployment, "kind" | "spec" | "by">;

async function checkQuota({ quota }: Room, trx: Transaction<Tables>, { kind, spec, by }: Wanted): Promise<void> {
  const { name: stack, tags } = spec;
  // What was asked for by hand outlives a rollback, and is over with a recipe that is sent again.
  const whole = kind === "up" ? spec : withWills(spec, await readWills(trx, stack));
  await quota(trx, { stack, owner: tags["owner"] ?? by.user, group: tags["group"], spec: whole });
}

/** Something smaller than a deployment. */
export interface NewChange {
  readonly stack: string;
  readonly kind: OperationKind;
  readonly service?: string | undefined;
  readonly by: Person;
  readonly arguments?: OperationArguments | undefined;
}

/** @throws E_STACK_NONE, E_STACK_BUSY, and what `prepare` throws */
export function beginChange(
  runner: Runner,
  wanted: NewChange,
  prepare: (trx: Transaction<Tables>) => Promise<void> = async () => {},
): Promise<Operation> {
  return runner.begin({ ...wanted, id: newId(), arguments: wanted.arguments ?? {} }, async (trx) => {
    await readStack(trx, wanted.stack);
    await prepare(trx);
  });
}

function newId(): string {
  return randomBytes(8).toString("hex");
}

// The verdict was on another stack than this: somebody else's new one, perhaps.
async function refuseChanged(trx: Transaction<Tables>, stack: string, over: NewDeployment["over"]): Promise<void> {
  const { owner, deployment } = await readStack(trx, stack);
  if (owner !== over?.owner || deployment !== over.deployment) throw fail("E_STACK_CHANGED", { stack });
}

async function refuseUnconfirmed(trx: Transaction<Tables>, stack: string): Promise<void> {
  const { unconfirmed } = await readStack(trx, stack);
  if (unconfirmed === 1) throw fail("E_STACK_UNCONFIRMED", { stack });
}
