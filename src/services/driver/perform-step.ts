// Carries out one step of a plan. Every step may be carried out twice: what is as it should be is left alone.

import { setTimeout as pause } from "node:timers/promises";
import { BerthError } from "../../base/errors.ts";
import type { Step } from "../types.ts";
import { checkBindSources } from "./bind-sources.ts";
import { placeCheckIn, removeCheckIn } from "./check-in-file.ts";
import { createContainer } from "./create-container.ts";
import { fail } from "./errors.ts";
import { createNetwork, createVolume } from "./make-parts.ts";
import { LONGEST_GRACE_MS } from "./names.ts";
import { placeFiles } from "./placed-files.ts";
import { waitHealthy } from "./wait-healthy.ts";
import { idOf, serviceOfStep, specOf, type Work } from "./work.ts";

/** Grace of a container whose recipe is gone: the engine's own. */
const GRACE_MS = 10_000;

type Perform = (work: Work, step: Step) => Promise<void>;

/** Steps after which a container is another than before. */
const CHANGES: ReadonlySet<Step["action"]> = new Set(["create", "start", "stop", "pause", "remove", "wait-completed"]);

/** Does it; what is known of the container without asking is fresh then. @throws the failures of the step */
export async function performStep(work: Work, step: Step): Promise<void> {
  try {
    await STEPS[step.action](work, step);
  } catch (error) {
    // Who hears that a job failed must not find it shown as running. Of an engine that failed, nothing more is asked.
    if (isOwn(error)) await seen(work, step).catch(() => undefined);
    throw error;
  }
  if (CHANGES.has(step.action)) await seen(work, step);
}

async function seen(work: Work, step: Step): Promise<void> {
  const id = step.container ?? work.made.get(step.target);
  if (id !== undefined) await work.look(id);
}

function isOwn(error: unknown): boolean {
  return error instanceof BerthError && error.code.startsWith("E_DRIVER_");
}

const STEPS: Readonly<Record<Step["action"], Perform>> = {
  keep: async (work, step) => takeBack(work, step),
  wait: async ({ signal }, { ms = 0 }) => pause(ms, undefined, { signal }),
  pull,
  "create-network": createNetwork,
  "create-volume": createVolume,
  create,
  start,
  "wait-healthy": waitForHealth,
  "wait-completed": waitForEnd,
  drain,
  stop,
  pause: async (work, step) => work.parts.engine.pause(idOf(work, step), { signal: work.signal }),
  remove,
  "remove-network": ({ parts, signal }, { target }) => parts.engine.removeNetwork(target, { signal }),
  "remove-volume": ({ parts, signal }, { target }) => parts.engine.removeVolume(target, { signal }),
};

async function pull({ parts, signal }: Work, { target }: Step): Promise<void> {
  if (!(await parts.engine.image(target, { signal }))) await parts.engine.pull(target, {}, { signal });
}

async function create(work: Work, step: Step): Promise<void> {
  const service = serviceOfStep(work, step);
  if (service) work.made.set(step.target, await createContainer(work, step, service));
}

async function start(work: Work, step: Step): Promise<void> {
  const { parts, signal } = work;
  const id = idOf(work, step);
  const service = serviceOfStep(work, step);
  const container = await parts.engine.container(id, { signal });
  if (!container) throw fail("E_DRIVER_NO_CONTAINER", { container: step.target });
  if (container.status === "paused") return parts.engine.unpause(id, { signal });
  // Anew before every start: the machine may have been started since, and secrets rotate.
  if (service && container.status !== "running") {
    await checkBindSources(specOf(work), service);
    await placeFiles(parts.folders, { spec: specOf(work), service, secrets: parts.secrets, signal });
    await placeCheckIn(parts.folders, parts.checkIn, { stack: work.stack, service, container: container.name });
  }
  await parts.engine.start(id, { signal });
}

// One that an upgrade had drained before it failed. Before others are drained in its favour, or nobody takes requests.
function takeBack({ parts }: Work, { container }: Step): void {
  if (container !== undefined) parts.traffic.restore?.(container);
}

async function waitForHealth(work: Work, step: Step): Promise<void> {
  const service = serviceOfStep(work, step);
  try {
    await waitHealthy(work, idOf(work, step), { health: service?.health, monitorMs: step.ms ?? 0 });
  } catch (error) {
    if (work.signal?.aborted || service?.update.onFailure !== "continue") throw error;
  }
  takeBack(work, step);
}

async function waitForEnd(work: Work, step: Step): Promise<void> {
  const code = await work.parts.engine.wait(idOf(work, step), { signal: work.signal });
  if (code !== 0) throw fail("E_DRIVER_JOB", { container: step.target, code });
}

async function drain(work: Work, step: Step): Promise<void> {
  const container = idOf(work, step);
  await work.parts.traffic.drain([{ stack: work.stack, service: step.service ?? "", container }], {
    signal: work.signal,
  });
}

async function remove(work: Work, step: Step): Promise<void> {
  const { parts, stack, signal } = work;
  await parts.engine.remove(idOf(work, step), { force: true }, { signal });
  await removeCheckIn(parts.folders, stack, step.target);
}

async function stop(work: Work, step: Step): Promise<void> {
  const { parts, signal } = work;
  const id = idOf(work, step);
  const container = await parts.engine.container(id, { signal });
  if (!container) return;
  // Frozen processes hear no signal.
  if (container.status === "paused") await parts.engine.unpause(id, { signal });
  const wanted = serviceOfStep(work, step)?.stopGraceMs ?? GRACE_MS;
  await parts.engine.stop(id, Math.min(wanted, LONGEST_GRACE_MS), { signal });
}
