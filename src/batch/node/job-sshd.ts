// The sshd of a job as a part of its set-up: its files before the container, its start after it, its end first. A site without
// sshd loads nothing of it.

import { existsSync } from "node:fs";
import type { SshdPlan } from "../sshd/types.ts";
import type { BatchLaunch } from "../types.ts";
import type { SetupRequest } from "./types.ts";

/** Where the set-up is. */
export interface SshdPlace extends Pick<SetupRequest, "job" | "hosts" | "sshKey"> {
  readonly nodeDir: string;
  readonly dir: string;
  /** Absolute path of berth-launch. */
  readonly launcher: string;
}

/** The plan; undefined when the site has no sshd. @throws E_SSHD_… */
export async function planSshdOf(launch: BatchLaunch, place: SshdPlace): Promise<SshdPlan | undefined> {
  if (launch.config.sshd === undefined) return undefined;
  const { setupSshd, shifterBeside } = await import("../sshd/setup-sshd.ts");
  return setupSshd(launch, { ...place, shifter: shifterBeside(place.launcher) });
}

/** A set-up, and how it is undone when nobody can log in to it. */
export interface Doing<T> {
  act(): T;
  undo(result: T): void;
}

/** Sets up with sshd around it: nothing is left when either fails. @throws E_SSHD_…, and what `act` throws */
export async function withSshd<T>(
  plan: SshdPlan | undefined,
  signal: (() => AbortSignal) | undefined,
  { act, undo }: Doing<T>,
): Promise<T> {
  if (plan === undefined) return act();
  const [{ prepareSshd }, { startSshd }] = await Promise.all([import("../sshd/folder.ts"), import("../sshd/start.ts")]);
  const end = signal?.() ?? new AbortController().signal;
  let done: { readonly result: T } | undefined;
  try {
    prepareSshd(plan);
    done = { result: act() };
    await startSshd(plan, { signal: end });
    return done.result;
  } catch (error) {
    if (done) undo(done.result);
    const { stopSshd } = await import("../sshd/stop.ts");
    // Also after an interruption, which may be why it failed; it takes seconds at most.
    await stopSshd({ dir: plan.dir, uid: plan.person.uid, signal: new AbortController().signal });
    throw error;
  }
}

/** Ends the sshd of the set-up in this directory, if there is one. @throws E_SSHD_STOP */
export async function endSshd(dir: string, uid: number, signal: (() => AbortSignal) | undefined): Promise<void> {
  const folder = `${dir}.ssh`;
  if (!existsSync(folder) && !existsSync(`${folder}.pid`)) return;
  const { stopSshd } = await import("../sshd/stop.ts");
  await stopSshd({ dir: folder, uid, signal: signal?.() ?? new AbortController().signal });
}
