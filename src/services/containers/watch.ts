// Looks at the use of containers when it is time, and stops those that two looks found idle. What is due is in the
// database: nothing here grows with the number of containers that run.

import { DueLoop } from "../idle/due-loop.ts";
import type { SpinTimer } from "./book.ts";
import { decideLook, type LookResult } from "./look.ts";
import type { SpinParts } from "./parts.ts";
import type { SpinContainer } from "./record.ts";

/** Timers that one round takes on. */
const BATCH = 500;
/** Seconds for which no idle container is stopped after a start: nobody could report while no server listened. */
const GRACE = 60;

/** What the looks need besides. */
export interface LookParts extends SpinParts {
  /** When this server began to hear reports; moves with the clock. */
  readonly listeningSince: { at: number };
  /** Stops a container in the background. False: it is no longer as it was thought to be. */
  readonly stop: (id: string) => Promise<boolean>;
}

/** Looks at one container's use and does what follows; answers what that is. */
export async function look(parts: LookParts, timer: SpinTimer): Promise<LookResult["says"]> {
  const { book, clock, config } = parts;
  const { intervalMs, staleMeans } = config();
  const rules = { interval: intervalMs / 1000, staleMeans, listeningSince: parts.listeningSince.at };
  const result = decideLook(await latest(parts, timer.container), timer, rules, clock.now());
  if (result.says === "none") await book.dropTimer(timer);
  else if (result.says === "stopping container") {
    // What is being done to it by others is seen at the next look; the timer must not stay due.
    if (!(await parts.stop(timer.container)))
      await book.again(timer, { due: clock.now() + rules.interval, final: true });
  } else if (await book.again(timer, { due: result.again, final: result.final })) parts.due(result.again);
  return result.says;
}

// Another server of the same database may have heard it later than this one.
async function latest({ list, book }: LookParts, id: string): Promise<SpinContainer | undefined> {
  const kept = await book.reportOf(id);
  const known = list.get(id);
  const newer = kept && known && kept.run === known.run && (kept.reportedAt ?? 0) > (known.reportedAt ?? 0);
  return newer ? { ...known, ...kept } : known;
}

/** The loop that looks; starts when it is told to. */
export function lookLoop(parts: LookParts): DueLoop {
  const { book, clock, log } = parts;
  return new DueLoop({
    ...{ clock, log, what: "looking at the use of containers" },
    nextDue: () => (parts.config().timeouts ? book.nextDue() : Promise.resolve(undefined)),
    work: async (now) => {
      for (const timer of await book.due(now, BATCH)) {
        if (parts.signal.aborted) return;
        await look(parts, timer);
      }
    },
    clockSet: async (seconds) => {
      log.warn(`the clock was set by ${Math.round(seconds)} s; the time of idle containers goes on as before`);
      await book.moveTimes(seconds);
      parts.list.moveTimes(seconds);
      parts.listeningSince.at += seconds;
    },
  });
}

/** The moment before which nothing is stopped, for timers that ran out while no server was there. */
export function endOfGrace({ config, clock }: SpinParts): number {
  return clock.now() + Math.min(GRACE, config().intervalMs / 1000);
}
