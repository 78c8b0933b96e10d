// What is to be done for one service, wave by wave: missing containers made, changed ones replaced batch by batch, surplus
// ones stopped. Pure; knows nothing of other services.

import type { ServiceSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { Step } from "../types.ts";
import { configOf, containerName, isUp, slotOf } from "./names.ts";
import { isFilled, removeStep, runningStep, stopSteps } from "./service-steps.ts";

/** All that decides what happens to a service. */
export interface ServiceView {
  readonly stack: string;
  readonly spec: ServiceSpec;
  /** The configuration wanted. */
  readonly config: string;
  /** The deployment that is brought about. */
  readonly deployment: string;
  /** Its containers of every configuration. */
  readonly containers: readonly EngineContainer[];
  /** How many of its `replicas` are to run. */
  readonly running: number;
  readonly paused: boolean;
  /** Containers of other configurations are kept, stopped. */
  readonly keepOld: boolean;
  /** Only what others wait for is watched, not whether it stays up. */
  readonly brisk: boolean;
  /** Another service that is started waits until this one is healthy. */
  readonly awaited: boolean;
  /** What it depends on with `restart: true` is being replaced, or what its network belongs to is started again. */
  readonly shaken: boolean;
}

/** What is done for a service. */
export interface ServicePlan {
  /** One after the other. */
  readonly rise: readonly (readonly Step[])[];
  /** So many waves, and something of it runs. */
  readonly startedAfter: number;
  /** What goes: first stopped, the dependents before; then removed. */
  readonly fall: readonly (readonly Step[])[];
  readonly removals: readonly Step[];
  /** Containers that run are replaced. */
  readonly replaces: boolean;
  /** Something is started that does not run. */
  readonly starts: boolean;
  /** Something of it is to run. */
  readonly runs: boolean;
  readonly warnings: readonly string[];
}

interface Slot {
  readonly slot: number;
  readonly name: string;
  readonly right: EngineContainer | undefined;
  /** Of other configurations. */
  readonly wrong: readonly EngineContainer[];
  readonly wanted: boolean;
}

/** Decides. */
export function planService(view: ServiceView): ServicePlan {
  const slots = slotsOf(view);
  const surplus = view.containers.filter(
    (one) => !slots.some(({ slot, right }) => slot === slotOf(one) || right === one),
  );
  const doubled = slots.flatMap((slot) => extras(view, slot));
  const risen = view.spec.kind === "job" ? riseOfJob(view, slots) : riseOfService(view, slots);
  const halted = slots.filter(({ wanted }) => !wanted);
  const gone = [...surplus, ...doubled];
  const falling = [...gone.filter(isUp), ...halted.flatMap(({ right, wrong }) => [right, ...wrong]).filter(isThere)];
  const old = slots.flatMap(({ wrong }) => wrong);
  const removed = [...gone.filter((one) => !kept(view, one)), ...(view.keepOld ? [] : old)];
  const prepared = prepare(view, halted);
  return {
    ...risen,
    rise: [...risen.rise, ...prepared],
    // Of what only sleeps, too, others wait until it is there.
    startedAfter: halted.length < slots.length ? risen.startedAfter : prepared.length,
    runs: halted.length < slots.length,
    starts: view.spec.kind === "service" && slots.some(({ wanted, right }) => wanted && !(right && isUp(right))),
    fall: stopSteps(view, [...new Set(falling)].filter(isUp), fallReason(view)),
    removals: [...new Set(removed)].map((one) => removeStep(view, one)),
    warnings: risen.warnings,
  };
}

function slotsOf(view: ServiceView): readonly Slot[] {
  return Array.from({ length: view.spec.replicas }, (_, index) => {
    const slot = index + 1;
    const mine = view.containers.filter((one) => slotOf(one) === slot);
    const all = mine.filter((one) => configOf(one) === view.config);
    const right = all.find(isUp) ?? all[0];
    return {
      slot,
      name: containerName(view.stack, view.spec.name, slot, view.config),
      right,
      wrong: mine.filter((one) => configOf(one) !== view.config),
      // Nothing is started only to be frozen: it sleeps until it is woken.
      wanted: slot <= view.running && (!view.paused || (right !== undefined && isUp(right))),
    };
  });
}

// A second container of the same slot and configuration: only somebody else's hand can have made it.
function extras(view: ServiceView, { slot, right }: Slot): readonly EngineContainer[] {
  return view.containers.filter((one) => slotOf(one) === slot && configOf(one) === view.config && one !== right);
}

function kept(view: ServiceView, container: EngineContainer): boolean {
  return view.keepOld && configOf(container) !== view.config;
}

type Rise = Pick<ServicePlan, "rise" | "startedAfter" | "replaces" | "warnings">;

function riseOfService(view: ServiceView, slots: readonly Slot[]): Rise {
  const wanted = slots.filter((one) => one.wanted);
  const replaced = wanted.filter(({ wrong }) => wrong.some(isUp));
  const fresh = wanted.filter((one) => !replaced.includes(one));
  const begun = freshWaves(view, fresh);
  const { waves, warnings } = replaceWaves(view, replaced);
  const startedAfter = begun.startedAfter + waves.length;
  return { rise: [...begun.waves, ...waves], startedAfter, replaces: replaced.length > 0, warnings };
}

function freshWaves(view: ServiceView, slots: readonly Slot[]) {
  const missing = slots.filter(({ right }) => !right);
  const resting = slots.filter(({ right }) => !right || !runsAs(view, right));
  const shaken = view.shaken ? slots.filter(({ right }) => right?.status === "running") : [];
  const stay = slots.filter((one) => !resting.includes(one) && !shaken.includes(one));
  const before = [
    [...missing.map((one) => createStep(view, one, "it is not there")), ...stay.map((one) => keepStep(view, one))],
    shaken.map((one) => stopStep(view, one.right, "what it depends on was replaced")).filter(isThere),
    [...resting, ...shaken].map((one) => startStep(view, one)),
  ].filter(isFilled);
  const watch = [...(view.paused ? [] : resting), ...shaken, ...stay.filter(({ right }) => isNew(view, right))]
    .filter(() => !view.brisk || view.awaited)
    .map((one) => healthStep(view, one, 0));
  const late = view.awaited
    ? stay
        .filter(({ right }) => right?.health === "starting" && !isNew(view, right))
        .map((one) => healthStep(view, one, 0))
    : [];
  return { waves: [...before, [...watch, ...late]].filter(isFilled), startedAfter: before.length };
}

function runsAs(view: ServiceView, { status }: EngineContainer): boolean {
  return view.paused ? status === "paused" : status === "running" || status === "restarting";
}

// Made for this deployment, perhaps by a server that died before it had seen it healthy.
function isNew(view: ServiceView, container: EngineContainer | undefined): boolean {
  return container?.labels["berth.deployment"] === view.deployment;
}

function replaceWaves(view: ServiceView, slots: readonly Slot[]) {
  const { update } = view.spec;
  const size = update.batch > 0 ? update.batch : Math.max(1, slots.length);
  const blocked = update.startFirst ? whyNotSideBySide(view.spec) : undefined;
  const startFirst = update.startFirst && blocked === undefined;
  const batches = Array.from({ length: Math.ceil(slots.length / size) }, (_, i) =>
    slots.slice(i * size, (i + 1) * size),
  );
  const waves = batches.flatMap((batch, index) => {
    const pause = index > 0 && update.intervalMs > 0 ? [[waitStep(view, update.intervalMs)]] : [];
    return [...pause, ...(startFirst ? sideBySide(view, batch) : oneAfterTheOther(view, batch))];
  });
  const warnings =
    blocked === undefined || slots.length === 0
      ? []
      : [`${view.spec.name}: the old container is stopped before the new one starts, since ${blocked}`];
  return { waves, warnings };
}

/** Why two containers of this service cannot run at the same time; undefined: they can. */
export function whyNotSideBySide(spec: ServiceSpec): string | undefined {
  if (spec.ports.length > 0) return "both cannot have the same port of the host";
  if (spec.networkMode === "host") return "both cannot listen on the same port of the host";
  if (spec.retainAddress || spec.networks.some(({ ipv4, ipv6 }) => ipv4 ?? ipv6))
    return "both cannot have the same address";
  return undefined;
}

function sideBySide(view: ServiceView, batch: readonly Slot[]): readonly (readonly Step[])[] {
  const old = batch.flatMap(({ wrong }) => wrong.filter(isUp));
  return [
    ...makeReady(view, batch),
    ...startAndWatch(view, batch),
    ...stopSteps(view, old, "its successor runs"),
  ].filter(isFilled);
}

function oneAfterTheOther(view: ServiceView, batch: readonly Slot[]): readonly (readonly Step[])[] {
  const old = batch.flatMap(({ wrong }) => wrong.filter(isUp));
  return [
    ...makeReady(view, batch),
    ...stopSteps(view, old, "its successor is to start"),
    ...startAndWatch(view, batch),
  ].filter(isFilled);
}

function makeReady(view: ServiceView, batch: readonly Slot[]): readonly (readonly Step[])[] {
  return [batch.filter(({ right }) => !right).map((one) => createStep(view, one, "its configuration changed"))];
}

function startAndWatch(view: ServiceView, batch: readonly Slot[]): readonly (readonly Step[])[] {
  const resting = batch.filter(({ right }) => !right || !runsAs(view, right));
  return [
    resting.map((one) => startStep(view, one)),
    batch.map((one) => healthStep(view, one, view.spec.update.monitorMs)),
  ];
}

function riseOfJob(view: ServiceView, slots: readonly Slot[]): Rise {
  const due = slots.filter(({ wanted, right }) => wanted && !(right && isFinished(right)));
  const kept = slots.filter((one) => one.wanted && !due.includes(one)).map((one) => keepStep(view, one));
  const old = slots.flatMap(({ wanted, wrong }) => (wanted ? wrong.filter(isUp) : []));
  const waves = [
    kept,
    due.filter(({ right }) => !right).map((one) => createStep(view, one, "it is to run once")),
    ...stopSteps(view, old, "its successor is to start"),
    due.filter(({ right }) => !right || !isUp(right)).map((one) => startStep(view, one)),
    due.map((one) => ({ ...stepOf(view, one), action: "wait-completed", why: "it runs to its end" }) as const),
  ].filter(isFilled);
  const replaces = due.some(({ wrong }) => wrong.length > 0);
  return { rise: waves, startedAfter: due.length > 0 ? waves.length - 1 : waves.length, replaces, warnings: [] };
}

/** True for a job's container that came to a good end. */
function isFinished({ status, exitCode }: EngineContainer): boolean {
  return (status === "exited" || status === "dead") && exitCode === 0;
}

// What sleeps is made all the same, so that it wakes as fast as a container starts.
function prepare(view: ServiceView, halted: readonly Slot[]): readonly (readonly Step[])[] {
  if (view.spec.kind === "job") return [];
  const missing = halted.filter(({ right }) => !right);
  return [missing.map((one) => createStep(view, one, "it is to be there when it is started"))].filter(isFilled);
}

function fallReason(view: ServiceView): string {
  if (view.running > 0) return "there are more than wanted";
  return "it is not to run";
}

function stepOf(view: ServiceView, { slot, name, right }: Slot) {
  return { service: view.spec.name, slot, target: right?.name ?? name, container: right?.id };
}

function keepStep(view: ServiceView, slot: Slot): Step {
  const why = view.spec.kind === "job" ? "it has run" : "it is as it should be";
  return { ...stepOf(view, slot), action: "keep", why };
}

function createStep(view: ServiceView, slot: Slot, why: string): Step {
  return { ...stepOf(view, slot), action: "create", why };
}

function startStep(view: ServiceView, slot: Slot): Step {
  if (view.paused && slot.right) return { ...stepOf(view, slot), action: "pause", why: "nobody uses it" };
  return { ...stepOf(view, slot), action: "start", why: "it is to run" };
}

function stopStep(view: ServiceView, container: EngineContainer | undefined, why: string): Step | undefined {
  return container && { ...runningStep(view, container), action: "stop", why };
}

function healthStep(view: ServiceView, slot: Slot, ms: number): Step {
  return { ...stepOf(view, slot), action: "wait-healthy", why: "it must work before anything goes on", ms };
}

function waitStep(view: ServiceView, ms: number): Step {
  return { action: "wait", service: view.spec.name, target: `${ms / 1000} s`, why: "before the next batch", ms };
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
