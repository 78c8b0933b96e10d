// What the operations on spin-docker's containers share. Plain wiring.

import type { Log } from "../../base/log.ts";
import type { SpinDockerConfig } from "../../site/services/idle.ts";
import type { LiveContainers } from "../engine/live.ts";
import type { Engine, EngineContainer } from "../engine/types.ts";
import type { CheckInTokens, CheckInWay } from "../idle/check-in-token.ts";
import type { SteadyClock } from "../idle/steady-clock.ts";
import type { Turns } from "../idle/turns.ts";
import { LABELS } from "../types.ts";
import type { SpinBook } from "./book.ts";
import type { SpinList } from "./list.ts";

/** The engine as far as it is needed here. */
export type SpinEngine = Pick<
  Engine,
  "image" | "images" | "create" | "start" | "stop" | "remove" | "container" | "containers" | "putArchive"
>;

/** What happens on the engine, as far as it is this site's. */
export type EngineNews = Pick<LiveContainers, "watch">;

/** What every operation works with. */
export interface SpinParts {
  /** `services.name` of this berth. */
  readonly site: string;
  readonly engine: SpinEngine;
  readonly book: SpinBook;
  readonly list: SpinList;
  /** Things that are done to one container happen one after the other. */
  readonly turns: Turns;
  readonly config: () => SpinDockerConfig;
  readonly clock: SteadyClock;
  readonly tokens: CheckInTokens;
  readonly way: () => CheckInWay;
  readonly log: Log;
  /** Aborted when the server ends. */
  readonly signal: AbortSignal;
  /** A timer was set for that moment. */
  readonly due: (moment: number) => void;
  /** Milliseconds between tries when the engine does not do as told. */
  readonly retryMs: number;
}

/** Marks a container with the image's name as it was asked for. */
export const IMAGE_LABEL = "berth.container.image";
/** `berth.kind` of these containers. */
export const KIND = "container";

/** The labels by which spin-docker's containers of a site are found. */
export function spinLabels(site: string): Readonly<Record<string, string>> {
  return { [LABELS.site]: site, [LABELS.kind]: KIND };
}

/** True for what this site started by this interface: everything else is left alone. */
export function isSpin(container: EngineContainer, site: string): boolean {
  return Object.entries(spinLabels(site)).every(([name, value]) => container.labels[name] === value);
}

/** Seconds from a run's beginning to the first look at its use; undefined: it is never looked at. */
export function firstLook({ timeouts, initialMs }: SpinDockerConfig): number | undefined {
  return timeouts ? initialMs / 1000 : undefined;
}
