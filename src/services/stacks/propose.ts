// A wish read and judged, and what would be done for it. Changes nothing.

import { reasonOf } from "../../base/errors.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Deployment, Proposal, ResolvedImage, StackPlan, StackWish, Step } from "../types.ts";
import { forbids } from "./allowed.ts";
import { desiredOf } from "./desired.ts";
import { movedTags, takenAsSpin } from "./moved-tags.ts";
import type { Room } from "./parts.ts";
import { imagesOf, lookImages } from "./resolve-stack.ts";
import { findStack, readDeployment, type StackRecord } from "./stack-records.ts";
import type { Person, ReadRecipe, Waiting } from "./types.ts";

const NO_PLAN = (stack: string): StackPlan => ({ stack, waves: [], warnings: [] });

/** Reads, judges, plans. */
export async function propose(room: Room, wish: StackWish, by: Person, wait: Waiting = {}): Promise<Proposal> {
  return (await proposeOver(room, wish, by, wait)).proposal;
}

/** The same, with the stack that it was judged as a change of; undefined: there is none. */
export async function proposeOver(
  room: Room,
  wish: StackWish,
  by: Person,
  wait: Waiting = {},
): Promise<{ readonly proposal: Proposal; readonly over: StackRecord | undefined }> {
  const recipe = await room.read(wish);
  const { spec, places, notes } = recipe;
  if (notes.some(({ severity }) => severity === "error")) {
    const proposal = { spec, places, notes, findings: [], plan: NO_PLAN(spec.name), allowed: false };
    return { proposal, over: undefined };
  }
  const over = await findStack(room.store.db, spec.name);
  return { proposal: await judged(room, recipe, by, wait), over };
}

async function judged(room: Room, recipe: ReadRecipe, by: Person, wait: Waiting): Promise<Proposal> {
  const { places, notes, version = null } = recipe;
  const before = await countingNow(room, recipe.spec.name);
  const images = await lookImages(room, recipe.spec, before);
  const { findings, spec } = await room.judge({ spec: recipe.spec, places, by, images, before, version }, wait);
  const { plan: bare, problem } = await planned(room, spec, images, before, wait);
  const moved = room.tags?.() === "as-spin" ? movedTags(spec, imagesOf(before), images).map(takenAsSpin) : [];
  const plan = { ...bare, warnings: [...bare.warnings, ...moved] };
  const told =
    problem === undefined ? notes : [...notes, { severity: "error" as const, message: problem, pointer: "" }];
  const allowed = problem === undefined && !forbids(findings);
  return { spec, places, notes: told, findings, plan, allowed };
}

/** The deployment that counts. */
export async function countingNow({ store }: Room, name: string): Promise<Deployment | undefined> {
  const stack = await findStack(store.db, name);
  return stack?.deployment ? readDeployment(store.db, stack.deployment) : undefined;
}

async function planned(
  room: Room,
  spec: StackSpec,
  images: ReadonlyMap<string, ResolvedImage>,
  before: Deployment | undefined,
  { signal }: Waiting,
): Promise<{ readonly plan: StackPlan; readonly problem: string | undefined }> {
  const proposed = { id: "proposed", spec, images: Object.fromEntries(images), ports: before?.ports ?? {} };
  const desired = desiredOf(proposed, new Map());
  const [observed] = await room.driver.observe(spec.name, signal);
  try {
    const plan = room.driver.plan(desired, observed ?? { name: spec.name, containers: [], networks: [], volumes: [] });
    const pulls = spec.services.filter(({ name }) => !images.has(name)).map(pullStep);
    return { plan: pulls.length > 0 ? { ...plan, waves: [pulls, ...plan.waves] } : plan, problem: undefined };
  } catch (error) {
    return { plan: NO_PLAN(spec.name), problem: reasonOf(error) };
  }
}

function pullStep({ name, image }: { readonly name: string; readonly image: string }): Step {
  return { action: "pull", service: name, target: image, why: "the engine does not have it" };
}
