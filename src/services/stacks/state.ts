// The state of stacks and services at a glance, from what is recorded and what runs. Pure.

import { configOf, isUp } from "../driver/names.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { ServiceState, StackState } from "../types.ts";
import type { ServiceSummary } from "./summary.ts";
import type { OperationKind } from "./types.ts";

/** What differs from the recipe by somebody's will. */
export interface ServiceWill {
  readonly replicas: number | undefined;
  readonly halted: "stopped" | "asleep" | "paused" | undefined;
  readonly reason: string | undefined;
}

/** An operation under way. */
export interface UnderWay {
  readonly kind: OperationKind;
  readonly service: string | undefined;
  readonly phase: string;
  /** The stack has been deployed before. */
  readonly again: boolean;
}

/** True: somebody should look at it; it does not become well by itself, or waits to be confirmed. */
export function needsAttention(state: StackState): boolean {
  return state === "failed" || state === "degraded" || state === "upgraded";
}

interface Stated<State> {
  readonly state: State;
  readonly reason: string | undefined;
}

/** State of one service; `containers`: all of the service. */
export function serviceState(
  summary: ServiceSummary,
  will: ServiceWill | undefined,
  containers: readonly EngineContainer[],
  doing: UnderWay | undefined,
): Stated<ServiceState> {
  const current = containers.filter((one) => configOf(one) === summary.config);
  const wanted = will?.replicas ?? summary.replicas;
  const ready = current.filter(isReady).length;
  const concerned = doing && (doing.service === undefined || doing.service === summary.name) ? doing : undefined;
  if (concerned?.kind === "wake") return { state: "waking", reason: undefined };
  if (will?.halted) return { state: will.halted, reason: will.reason };
  if (summary.kind === "job") return jobState(current, concerned);
  const changing = concerned && ["up", "upgrade", "rollback"].includes(concerned.kind);
  if (changing && (ready < wanted || containers.some((one) => isUp(one) && configOf(one) !== summary.config)))
    return { state: concerned.again ? "upgrading" : "starting", reason: undefined };
  if (ready >= wanted) return { state: "running", reason: undefined };
  if (concerned) return { state: "starting", reason: undefined };
  return missing(current, ready, wanted);
}

/** Containers that work. */
export function isReady({ status, health }: EngineContainer): boolean {
  return status === "running" && (health === "healthy" || health === "none");
}

function missing(current: readonly EngineContainer[], ready: number, wanted: number): Stated<ServiceState> {
  const bad = current.find((one) => !isReady(one) && one.health !== "starting");
  if (!bad && current.some(({ health }) => health === "starting")) return { state: "starting", reason: undefined };
  const reason = bad ? whyBad(bad) : `${current.length} of ${wanted} containers are there`;
  return { state: ready > 0 ? "degraded" : "failed", reason };
}

function whyBad({ status, health, exitCode, oomKilled, error, name }: EngineContainer): string {
  if (oomKilled) return `${name} needed more memory than it may have`;
  if (error !== "") return `${name}: ${error}`;
  if (health === "unhealthy") return `the check of ${name} fails`;
  if (status === "exited" || status === "dead") return `${name} ended with exit code ${exitCode ?? "unknown"}`;
  return `${name} is ${status}`;
}

function jobState(current: readonly EngineContainer[], doing: UnderWay | undefined): Stated<ServiceState> {
  if (current.some(isUp)) return { state: "running", reason: undefined };
  const bad = current.find(({ status, exitCode }) => status === "exited" && exitCode !== 0);
  if (bad) return { state: "failed", reason: whyBad(bad) };
  if (current.some(({ status }) => status === "exited")) return { state: "completed", reason: undefined };
  return doing ? { state: "starting", reason: undefined } : { state: "stopped", reason: "it has not run" };
}

/** State of a stack of such services. */
export function stackState(
  services: readonly Stated<ServiceState>[],
  { unconfirmed, failure }: { readonly unconfirmed: boolean; readonly failure: string | undefined },
  doing: UnderWay | undefined,
): Stated<StackState> {
  const acting = doing && actingState(doing);
  if (acting) return { state: acting, reason: undefined };
  const bad = services.find(({ state }) => state === "failed" || state === "degraded");
  const lasting = services.filter(({ state }) => state !== "completed");
  const all = (...states: readonly ServiceState[]) =>
    lasting.length > 0 && lasting.every(({ state }) => states.includes(state));
  if (bad && (failure !== undefined || all("failed"))) return { state: "failed", reason: failure ?? bad.reason };
  if (bad) return { state: "degraded", reason: bad.reason };
  if (services.length === 0 && failure !== undefined) return { state: "failed", reason: failure };
  if (unconfirmed) return { state: "upgraded", reason: "old containers are kept until somebody confirms" };
  if (all("stopped")) return { state: "stopped", reason: lasting[0]?.reason };
  if (all("asleep", "paused", "stopped"))
    return { state: "asleep", reason: lasting.find(({ reason }) => reason)?.reason };
  return { state: "running", reason: failure };
}

function actingState({ kind, phase, again }: UnderWay): StackState | undefined {
  if (kind === "down") return "removing";
  if (kind === "rollback" || phase === "rolling back") return "rolling-back";
  if (kind === "up" || kind === "upgrade") return again ? "upgrading" : "deploying";
  return undefined;
}
