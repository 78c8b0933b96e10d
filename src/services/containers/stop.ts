// Stops and removes containers in the background: the interface answers before. A stop that the server's end cut off is
// gone on with by the next one, for the record says `stopping` or `deleting` until it is done.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import { GRACE_MS } from "./create.ts";
import { observe } from "./observe.ts";
import { firstLook, type SpinParts } from "./parts.ts";
import type { SpinContainer, SpinStatus } from "./record.ts";

/** How often the engine is asked again that does not do as told. */
const TRIES = 4;

/** Marks a container that runs; false: it does not run, or somebody else is at it. */
export async function markStopping(parts: SpinParts, id: string): Promise<boolean> {
  return mark(parts, id, ["running"], "stopping");
}

/** Marks a container, whatever its state; false: it is marked already. */
export async function markDeleting(parts: SpinParts, id: string): Promise<boolean> {
  return mark(parts, id, ["running", "stopping", "stopped"], "deleting");
}

async function mark(parts: SpinParts, id: string, from: readonly SpinStatus[], to: SpinStatus): Promise<boolean> {
  const { book, list } = parts;
  const known = list.get(id);
  if (!known || !from.includes(known.status)) return false;
  if (!(await book.move(id, from, to))) return false;
  list.put({ ...(list.get(id) ?? known), status: to });
  return true;
}

/** Stops what is marked; when the engine will not, the container is as before and its use is looked at again. */
export async function finishStopping(parts: SpinParts, id: string): Promise<void> {
  const { engine, turns, signal } = parts;
  const done = await persist(parts, `stopping ${id}`, () => engine.stop(id, GRACE_MS, { signal }));
  if (signal.aborted) return;
  await turns.take(id, async () => {
    const known = parts.list.get(id);
    if (known?.status !== "stopping") return;
    if (done) await observe(parts, id, await engine.container(id, { signal }));
    else await takeBack(parts, known);
  });
}

/** Removes what is marked. */
export async function finishDeleting(parts: SpinParts, id: string): Promise<void> {
  const { engine, signal, book, list } = parts;
  const done = await persist(parts, `removing ${id}`, async () => {
    await engine.stop(id, GRACE_MS, { signal });
    await engine.remove(id, { force: true }, { signal });
  });
  // What could not be removed is tried again at the next audit.
  if (!done) return;
  await book.forget(id);
  list.remove(id);
}

async function takeBack({ book, list, clock, config, due }: SpinParts, known: SpinContainer): Promise<void> {
  const running: SpinContainer = { ...known, status: "running" };
  const wait = firstLook(config());
  const moment = wait === undefined ? undefined : clock.now() + wait;
  await book.put(running, moment);
  list.put(running);
  if (moment !== undefined) due(moment);
}

async function persist({ log, signal, retryMs }: SpinParts, what: string, act: () => Promise<void>): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      await act();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      log.warn(`${what} failed (${attempt} of ${TRIES}): ${reasonOf(error)}`);
    }
    if (attempt < TRIES && !(await pause(retryMs, true, { signal }).catch(() => false))) return false;
  }
  return false;
}
