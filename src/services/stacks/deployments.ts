// How new deployments come about: from a wish, from the one before with its tags resolved anew, from an earlier one.

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Deployment, StackWish } from "../types.ts";
import { allowed } from "./allowed.ts";
import { beginDeployment } from "./begin.ts";
import { fail } from "./errors.ts";
import type { Room } from "./parts.ts";
import { countingNow, proposeOver } from "./propose.ts";
import type { Runner } from "./runner.ts";
import { isSameService, withServiceOf } from "./service-of-before.ts";
import {
  checkService,
  deploymentNamed,
  deploymentPage,
  readStack,
  readWishRest,
  type StackRecord,
} from "./stack-records.ts";
import type { Over, Page, Person, RollbackChoice, Stacks, UpAnswer, UpgradeChoice } from "./types.ts";

/** So many earlier deployments are looked at together. */
const BEFORE_PAGE = 20;

/** Deploys a wish, unless something forbids it. */
export async function up(
  room: Room,
  runner: Runner,
  wish: StackWish,
  by: Person,
  wait: UpWaiting = {},
): Promise<UpAnswer> {
  const { proposal, over } = await proposeOver(room, wish, by, wait);
  if (!proposal.allowed) return { begun: false, proposal };
  if (wait.over !== undefined && !isSame(wait.over, over)) throw fail("E_STACK_CHANGED", { stack: wish.name });
  const { spec, findings } = proposal;
  const { files, compose, variables, profiles, tags } = wish;
  const rest = { compose, variables, profiles, tags };
  const wanted = { kind: "up", by, spec, files, findings, wish: rest, arguments: {}, over } as const;
  return { begun: true, proposal, deployment: await beginDeployment(room, runner, wanted) };
}

type UpWaiting = NonNullable<Parameters<Stacks["up"]>[2]>;

// Whoever allowed it looked at the stack some time ago: it may be somebody else's by now, or have come to be.
function isSame(known: Over | null, now: StackRecord | undefined): boolean {
  if (known === null || now === undefined) return known === null && now === undefined;
  return known.owner === now.owner && known.deployment === (now.deployment ?? "");
}

/** @throws E_STACK_NONE, E_STACK_NOT_DEPLOYED, E_STACK_NO_SERVICE, E_STACK_REFUSED, E_STACK_BUSY, E_STACK_UNCONFIRMED */
export async function upgradeOf(
  room: Room,
  runner: Runner,
  name: string,
  choice: UpgradeChoice,
  by: Person,
): Promise<Deployment> {
  const stack = await readStack(room.store.db, name);
  const before = await countingNow(room, name);
  if (!before) throw fail("E_STACK_NOT_DEPLOYED", { stack: name });
  const images = choice.images ?? {};
  const services = choice.services ?? before.spec.services.map((one) => one.name);
  for (const service of [...services, ...Object.keys(images)]) checkService(stack, service);
  const spec = {
    ...before.spec,
    services: before.spec.services.map((one) => ({ ...one, image: images[one.name] ?? one.image })),
  };
  const known = new Map(Object.entries(before.images));
  const verdict = await allowed(room, { spec, places: new Map(), by, images: known, before });
  const wish = await readWishRest(room.store.db, before.id);
  const renew = { services, pull: choice.pull ?? "always" } as const;
  const { update } = choice;
  const rest = { ...verdict, files: before.files, wish, arguments: { renew, update }, over: stack, held: true };
  return beginDeployment(room, runner, { kind: "upgrade", by, ...rest });
}

/** @throws E_STACK_NONE, E_STACK_NO_WAY_BACK, E_STACK_NO_DEPLOYMENT, E_STACK_REFUSED, E_STACK_BUSY */
export async function rollBack(
  room: Room,
  runner: Runner,
  name: string,
  { to, service }: RollbackChoice,
  by: Person,
): Promise<Deployment> {
  if (service !== undefined) return rollBackService(room, runner, name, { to, service }, by);
  const { db } = room.store;
  const stack = await readStack(db, name);
  if (to === undefined && stack.previous === null) throw fail("E_STACK_NO_WAY_BACK", { stack: name });
  const target = await deploymentNamed(db, name, to ?? stack.previous ?? "");
  const { files, images, ports } = target;
  const subject = { spec: target.spec, places: new Map(), by, images: new Map(Object.entries(images)), before: target };
  // What is undone before anybody confirmed it has its containers there still; anything older is judged by today's rules.
  const undone = to === undefined && stack.unconfirmed === 1;
  const verdict = undone ? target : await allowed(room, subject);
  const { spec, findings } = verdict;
  const wish = await readWishRest(db, target.id);
  const resolved = { images, ports };
  const rest = { spec, files, wish, findings, resolved, arguments: {}, over: stack, held: undone };
  return beginDeployment(room, runner, { kind: "rollback", by, ...rest });
}

async function rollBackService(
  room: Room,
  runner: Runner,
  name: string,
  { to, service }: RollbackChoice & { readonly service: string },
  by: Person,
): Promise<Deployment> {
  const { db } = room.store;
  const stack = await readStack(db, name);
  checkService(stack, service);
  const now = await countingNow(room, name);
  if (!now) throw fail("E_STACK_NOT_DEPLOYED", { stack: name });
  const then = to === undefined ? await deploymentBefore(db, now, service) : await deploymentNamed(db, name, to);
  const wanted = then && withServiceOf(then, now, service);
  if (!wanted) throw fail("E_STACK_NO_SERVICE_BEFORE", { stack: name, service });
  const { images, ports } = wanted;
  const subject = { spec: wanted.spec, places: new Map(), by, images: new Map(Object.entries(images)), before: now };
  const { spec, findings } = await allowed(room, subject);
  const wish = await readWishRest(db, now.id);
  const resolved = { images, ports };
  const rest = { spec, files: now.files, wish, findings, resolved, arguments: {}, over: stack };
  return beginDeployment(room, runner, { kind: "rollback", service, by, ...rest });
}

// The newest that was good and in which the service was something else.
async function deploymentBefore(db: Kysely<Tables>, now: Deployment, service: string): Promise<Deployment | undefined> {
  for (let after: string | undefined = String(now.number); after !== undefined; ) {
    const page: Page<Deployment> = await deploymentPage(db, now.stack, { after, limit: BEFORE_PAGE });
    const found = page.items.find(
      (one) =>
        (one.state === "done" || one.state === "upgraded") &&
        one.images[service] !== undefined &&
        !isSameService(one, now, service),
    );
    if (found) return found;
    after = page.next;
  }
  return undefined;
}
