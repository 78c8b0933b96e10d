// Carries out a plan wave by wave, and reports each step. It stops at the first wave in which something failed; what ran
// side by side with it is waited for, so that nothing goes on behind anybody's back.

import { BerthError, reasonOf } from "../../base/errors.ts";
import type { ApplyOptions, DesiredStack, StackPlan, Step } from "../types.ts";
import { fail } from "./errors.ts";
import { performStep } from "./perform-step.ts";
import { removeFiles, removeSecrets } from "./placed-files.ts";
import type { Work } from "./work.ts";

/** So many steps of a wave run side by side. */
const SIDE_BY_SIDE = 8;

/** @throws E_DRIVER_STEP with what failed, or the signal's reason */
export async function applyPlan(work: Work, plan: StackPlan, options: ApplyOptions): Promise<void> {
  for (const wave of plan.waves) {
    options.signal?.throwIfAborted();
    await applyWave(work, wave, options);
  }
  if (!work.desired) await removeFiles(work.parts.folders, work.stack);
  else await removeSecrets(work.parts.folders, work.stack, goneFrom(plan, work.desired));
}

// Services that the recipe no longer has: all of their containers go, or all are kept.
function goneFrom({ waves }: StackPlan, { spec }: DesiredStack): readonly string[] {
  const removed = waves.flat().flatMap(({ action, service = "" }) => (action === "remove" ? [service] : []));
  // Labels tell which services they were of: only what can be a service's name becomes part of a path.
  const names = [...new Set(removed)].filter((name) => /^[A-Za-z0-9][\w.-]*$/.test(name));
  return names.filter((name) => !spec.services.some((one) => one.name === name));
}

async function applyWave(work: Work, wave: readonly Step[], options: ApplyOptions): Promise<void> {
  const waiting = [...wave];
  let failure: unknown;
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      try {
        await applyStep(work, step, options);
      } catch (error) {
        failure ??= error;
        waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, wave.length) }, worker));
  if (failure !== undefined) throw failure;
}

async function applyStep(work: Work, step: Step, { onStep, signal }: ApplyOptions): Promise<void> {
  onStep?.({ step, state: "begun" });
  try {
    await performStep(work, step);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    onStep?.({ step, state: "failed", detail: reasonOf(error) });
    throw stepFailure(step, error);
  }
  onStep?.({ step, state: "done" });
}

function stepFailure(step: Step, error: unknown): BerthError {
  const cure = (error instanceof BerthError ? error.hint : undefined) ?? "put that right and try again";
  const fields = { action: step.action, target: step.target, reason: reasonOf(error), cure };
  return fail("E_DRIVER_STEP", fields, { cause: error });
}
