// What things are called on the engine. Names follow from what is wanted and nothing else: whoever makes a thing a second
// time finds the first by its name, so that nothing is doubled however often a plan is cut off.

import type { EngineContainer } from "../engine/types.ts";
import { LABELS } from "../types.ts";

/** Label of a network or volume: the name that it has in the stack. */
export const PART_LABEL = "berth.part";
/** Label of a network or volume: the owner of the stack when it was made. */
export const OWNER_LABEL = "berth.owner";
/** Label of a network whose range of addresses was chosen when it was made: containers may ask for one of them. */
export const RANGE_LABEL = "berth.range";
/** Label of a volume: its storage class. */
export const STORAGE_CLASS_LABEL = "berth.storage-class";
/** Label of a container that berth checks itself: JSON of its `HealthSpec`. */
export const HEALTH_LABEL = "berth.health";

/** Nobody can do anything else with a stack while one of its containers ends: an hour is the most that it is given. */
export const LONGEST_GRACE_MS = 3_600_000;

/** A replica of one configuration; old and new ones of a slot stand side by side during an upgrade. */
export function containerName(stack: string, service: string, slot: number, config: string): string {
  return `${stack}-${service}-${slot}-${config.slice(0, 8)}`;
}

/** A network of the stack. */
export function networkName(stack: string, network: string): string {
  return `${stack}_${network}`;
}

/** A volume of the stack. */
export function volumeName(stack: string, volume: string): string {
  return `${stack}_${volume}`;
}

/** The service that a container belongs to; empty for none. */
export function serviceOf(container: EngineContainer): string {
  return container.labels[LABELS.service] ?? "";
}

/** Number of the replica; 0 when the label is missing. */
export function slotOf(container: EngineContainer): number {
  const slot = Number(container.labels[LABELS.slot]);
  return Number.isSafeInteger(slot) && slot > 0 ? slot : 0;
}

/** The configuration that a container was made of. */
export function configOf(container: EngineContainer): string {
  return container.labels[LABELS.config] ?? "";
}

/** True while its processes exist. */
export function isUp(container: EngineContainer): boolean {
  return container.status === "running" || container.status === "paused" || container.status === "restarting";
}
