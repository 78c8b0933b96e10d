// The gate as the rest of the server knows it: loaded when a configuration first asks for judging, since most of it (practices, readers
// of packages) is more than an idle gateway should carry. Verdicts that are kept are told also when nobody judges any more.

import type { SpokenVerdict } from "../../gate/verdict-text.ts";
import type { Release } from "../../gateway/desk/parts.ts";
import type { Judge } from "../../gateway/types.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";
import type { Lasting } from "../lasting.ts";
import type { Gate } from "./gate.ts";
import type { AgainParts } from "./judge-again.ts";

/** What the gate works with in the background. */
export type AdoptParts = Pick<AgainParts, "publisher" | "signal"> & { readonly catalog: Lasting["catalog"] };

/** What lives as long as the server. */
export interface LazyGate {
  readonly judge: Judge;
  statementOf(digest: string): Promise<string | undefined>;
  spokenOf(digests: readonly string[]): Promise<ReadonlyMap<string, SpokenVerdict>>;
  release(digest: string, release: Release): Promise<void>;
  /** From now on this configuration counts; what it makes stale is judged again in the background. */
  adopt(config: GatewayConfig, parts: AdoptParts): Promise<void>;
  /** Resolves when nothing is done in the background any more. */
  settled(): Promise<void>;
}

/** @throws nothing; what the gate needs is checked when it is adopted */
export function lazyGate({ config, store, now, log }: Lasting, version: string): LazyGate {
  let loaded: Promise<Gate> | undefined;
  const load = async (): Promise<Gate> => {
    const [{ Gate: Made }, { verdictBook }] = await Promise.all([
      import("./gate.ts"),
      import("../../gate/verdict-book.ts"),
    ]);
    return new Made({ book: verdictBook(store), config: () => config.now, now, log, version });
  };
  const gate = () => (loaded ??= load());
  const wake = { now: new AbortController() };
  let working: Promise<void> | undefined;
  const isOn = () => loaded !== undefined || config.now.gate !== undefined;
  return {
    judge: {
      name: "policy",
      active: () => config.now.gate !== undefined,
      judge: async (image, signal) => (await gate()).judge.judge(image, signal),
      again: async (image, status, signal) => (await gate()).judge.again?.(image, status, signal),
    },
    statementOf: async (digest) => (isOn() ? (await gate()).statementOf(digest) : undefined),
    spokenOf: async (digests) => (isOn() && digests.length > 0 ? (await gate()).spokenOf(digests) : new Map()),
    release: async (digest, release) => (isOn() ? (await gate()).release(digest, release) : undefined),
    async adopt(next, parts) {
      if (!next.gate) return;
      const { checkGate } = await import("./gate.ts");
      await checkGate(next);
      const made = await gate();
      wake.now.abort();
      if (working) return;
      const { judgePeriodically } = await import("./judge-again.ts");
      const { remindPeriodically, tellQuarantined } = await import("./reminder-calendar.ts");
      const calendar = { ...parts, gate: made, config: () => config.now, now, log };
      const quarantined = (images: Parameters<typeof tellQuarantined>[0]) => tellQuarantined(images, calendar);
      const both = [judgePeriodically({ ...parts, gate: made, log, quarantined }, wake), remindPeriodically(calendar)];
      working = Promise.all(both).then(() => undefined);
    },
    settled: async () => working,
  };
}
