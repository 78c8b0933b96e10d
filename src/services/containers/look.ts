// What a look at a container's use decides (spec/services.md 1.6): two looks in a row that find it idle stop it. Pure.

import type { SpinContainer } from "./record.ts";

/** A look that is due. */
export interface Look {
  /** The run that it was meant for. */
  readonly run: number;
  /** The look before found the container idle. */
  readonly final: boolean;
}

/** The rules of looking; seconds. */
export interface LookRules {
  readonly interval: number;
  readonly staleMeans: "idle" | "active";
  /** Nobody could report before: silence counts from here. */
  readonly listeningSince: number;
}

/** What is to be done; `says` are the words of the original. */
export type LookResult =
  | { readonly says: "none" }
  | { readonly says: "container active" | "container inactive"; readonly again: number; readonly final: boolean }
  | { readonly says: "stopping container" };

/** How many intervals after it was made a report still says something. */
const FRESH_INTERVALS = 2;

/** Decides. `container` undefined: it is gone. */
export function decideLook(
  container: SpinContainer | undefined,
  look: Look,
  rules: LookRules,
  now: number,
): LookResult {
  // A timer of an earlier run must not end this one.
  if (container?.status !== "running" || container.run !== look.run) return { says: "none" };
  const again = now + rules.interval;
  if (isUsed(container, rules, now)) return { says: "container active", again, final: false };
  if (look.final) return { says: "stopping container" };
  return { says: "container inactive", again, final: true };
}

// Any text but `0` means use, the empty one too. A report of a program that died must not hold for ever.
function isUsed({ active, reportedAt }: SpinContainer, rules: LookRules, now: number): boolean {
  if (active === "0") return false;
  const heard = Math.max(reportedAt ?? 0, rules.listeningSince);
  return now - heard <= FRESH_INTERVALS * rules.interval || rules.staleMeans === "active";
}
