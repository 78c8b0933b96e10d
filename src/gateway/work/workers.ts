// The workers of one server: claims pulls from the queue as long as there are free slots, and works on them. What dead
// servers left in the working folder goes when they start; what this one has under way goes back to the queue when they
// stop.

import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";
import { systemNames } from "../auth/name-service.ts";
import type { ClaimedPull } from "../records.ts";
import { fail } from "./errors.ts";
import { checkRecipes } from "./image-recipe.ts";
import { lastFailures } from "./last-failures.ts";
import { performPull } from "./one-pull.ts";
import { ownProgram } from "./run-job.ts";
import { StagedFiles } from "./staged-files.ts";
import { openWorkFolder, sweepWorkFolders } from "./work-folder.ts";
import { workOnImport } from "./work-on-import.ts";
import { workOnPull } from "./work-on-pull.ts";
import type { WorkParts, Workplace } from "./work-parts.ts";

/** Running workers. */
export interface Workers {
  /** Jobs under way. */
  readonly active: number;
  /** Takes another configuration for what is claimed from now on. */
  reconfigure(config: GatewayConfig): void;
  /** Claims nothing more, waits for what is under way, and puts back what is not finished by then. */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** Milliseconds between two signs of life of this server. */
const BEAT_EVERY = 5000;
/** Milliseconds after which the queue is looked at even if nobody said that there is something in it. */
const LOOK_EVERY = 2000;
/** Seconds that a finished file is kept for other systems. */
const KEEP_STAGED = 300;

/** Starts them. @throws what `checkRecipes` does, and when the working folder cannot be used */
export async function startWorkers(parts: WorkParts): Promise<Workers> {
  checkRecipes(parts.config);
  const swept = await sweepWorkFolders(parts.config.workDir);
  if (swept > 0) parts.log.info(`removed the working folders of ${swept} servers that are no more`);
  const stopClaiming = new AbortController();
  const stopAll = new AbortController();
  const place = await makeWorkplace(parts, stopAll.signal);
  const active = new Set<Promise<void>>();
  const current = { config: parts.config };
  const begin = (pull: ClaimedPull) => {
    const workOn = pull.kind === "import" ? workOnImport : workOnPull;
    const done: Promise<void> = performPull(pull, { ...place, config: current.config }, workOn)
      .catch((error) => place.log.warn(`pull ${pull.id}: ${reasonOf(error)}`))
      .finally(() => active.delete(done));
    active.add(done);
  };
  const claiming = claimLoop(place, current, active, begin, stopClaiming.signal);
  const beating = beatLoop(place, stopAll.signal);
  return {
    get active() {
      return active.size;
    },
    reconfigure(config) {
      current.config = config;
    },
    async stop({ graceMs = 0 } = {}) {
      stopClaiming.abort();
      await claiming;
      await withinGrace(active, graceMs);
      stopAll.abort(fail("E_WORK_STOPPING"));
      await Promise.all([...active, beating]);
      await place.folder.close();
    },
  };
}

async function makeWorkplace(parts: WorkParts, signal: AbortSignal): Promise<Workplace> {
  const { config, now } = parts;
  const folder = await openWorkFolder(config.workDir, randomUUID());
  const stagedFolder = await folder.job("staged");
  const maxBytes = config.workers.tempBytes;
  return {
    ...parts,
    folder,
    staged: new StagedFiles({ folder: stagedFolder, maxBytes, keepSeconds: KEEP_STAGED, now }),
    lastFailures: lastFailures(config.pullUpdateMs / 1000, now),
    names: parts.names ?? systemNames(),
    program: parts.program ?? ownProgram(),
    signal,
  };
}

async function claimLoop(
  { queue, log }: Workplace,
  current: { readonly config: GatewayConfig },
  active: ReadonlySet<Promise<void>>,
  begin: (pull: ClaimedPull) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { jobs, jobsPerUser: perUser } = current.config.workers;
    if (active.size >= jobs) {
      await oneEnds(active, signal);
      continue;
    }
    try {
      const pull = await queue.claim({ perUser });
      if (pull) begin(pull);
      else await queue.wait(LOOK_EVERY, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn(`the queue cannot be asked: ${reasonOf(error)}`);
      await pause(1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

// Not `Promise.race`: with a promise that lasts as long as the server it would gather a reaction for each pull.
function oneEnds(active: ReadonlySet<Promise<void>>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  for (const done of active) void done.then(resolve);
  // Without a slot there is nothing to wait for but the end, or another configuration.
  const look = setTimeout(resolve, LOOK_EVERY);
  return promise.finally(() => {
    clearTimeout(look);
    signal.removeEventListener("abort", stop);
  });
}

async function beatLoop({ queue, folder, staged, log }: Workplace, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const back = await queue.beat();
      if (back > 0) log.info(`${back} pulls of servers that are no more were put back`);
      await folder.beat();
      await staged.expire();
    } catch (error) {
      log.warn(`no sign of life could be given: ${reasonOf(error)}`);
    }
    await pause(BEAT_EVERY, undefined, { signal }).catch(() => undefined);
  }
}

async function withinGrace(active: ReadonlySet<Promise<void>>, graceMs: number): Promise<void> {
  if (active.size === 0 || graceMs <= 0) return;
  const late = new AbortController();
  await Promise.race([Promise.all(active), pause(graceMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
}
