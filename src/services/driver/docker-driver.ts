// The driver of one machine's engine: Docker's API, by Docker or Podman.

import type { LiveContainers } from "../engine/live.ts";
import type { Engine, EngineContainer, EngineInfo } from "../engine/types.ts";
import type { RegistryCredentials } from "../stacks/types.ts";
import { type Driver, LABELS, type ObservedStack } from "../types.ts";
import { applyPlan } from "./apply-plan.ts";
import { configDigests } from "./config-digest.ts";
import { fail } from "./errors.ts";
import { HealthKeeper } from "./health-keeper.ts";
import { logLines } from "./log-lines.ts";
import { configOf, isUp, serviceOf, slotOf } from "./names.ts";
import { observeStacks } from "./observe.ts";
import { resolveImage } from "./resolve-image.ts";
import { planStack } from "./stack-plan.ts";
import type { DriverParts, Work } from "./work.ts";

/** What is kept fresh of the engine's containers. */
export type LiveView = Pick<LiveContainers, "all" | "byStack" | "refresh" | "watch">;

export interface DockerDriverParts extends DriverParts {
  readonly info: EngineInfo;
  readonly live: LiveView;
  /** Asked before every pull. */
  readonly credentials?: RegistryCredentials | undefined;
}

/** A driver, with what is known here besides. */
export interface DockerDriver extends Driver {
  /** Containers as last heard of, of one stack or all, with the health that berth itself found. Asks no engine. */
  containers(stack?: string): readonly EngineContainer[];
  alive(signal?: AbortSignal): Promise<boolean>;
  readonly canPause: boolean;
  close(): void;
}

/** Opens it; `close` ends its health checks. */
export function openDockerDriver(given: DockerDriverParts): DockerDriver {
  const { live, info, site, credentials } = given;
  const engine = credentials ? withCredentials(given.engine, credentials) : given.engine;
  const parts = { ...given, engine };
  const keeper = new HealthKeeper(info.rootless);
  const unwatch = followLive(live, keeper);
  const work = (stack: string, desired: Work["desired"], signal: AbortSignal | undefined): Work => ({
    ...{ parts, info, stack, desired, signal, look: (id) => look(live, keeper, id) },
    configs: desired ? configDigests(desired) : new Map(),
    made: new Map(),
  });
  return {
    plan: planStack,
    apply: (plan, desired, options = {}) => applyPlan(work(plan.stack, desired, options.signal), plan, options),
    observe: async (stack, signal) => seen(await observeStacks(engine, site, stack, signal), keeper),
    watch: (listener) => watchStacks(live, keeper, listener),
    async *logs(id, { streams = ["stdout", "stderr"], ...options }, signal) {
      const container = await containerOf(engine, id, signal);
      const chosen = { ...defined(options), stdout: streams.includes("stdout"), stderr: streams.includes("stderr") };
      yield* logLines(container, engine.logs(id, chosen, { signal }));
    },
    exec: (id, options, signal) => engine.exec(id, defined(options), { signal }),
    scale: (stack, service, containers, options) => scale(parts, stack, service, containers, options?.signal),
    resolve: (reference, pull, options) => resolveImage(reference, { ...options, engine, pull }),
    containers: (stack) => (stack === undefined ? live.all() : live.byStack(stack)).map((one) => keeper.see(one)),
    alive: (signal) => engine.alive({ signal }),
    canPause: info.canPause,
    close() {
      unwatch();
      keeper.close();
    },
  };
}

// Whoever pulls, and for whatever reason: an image that was removed meanwhile is pulled again from the same registry.
function withCredentials(engine: Engine, credentials: RegistryCredentials): Engine {
  return {
    ...engine,
    pull: async (reference, options, wait) =>
      engine.pull(reference, { credentials: await credentials(reference), ...options }, wait),
  };
}

function followLive(live: LiveView, keeper: HealthKeeper): () => void {
  keeper.sync(live.all());
  return live.watch((change) => {
    if (change.kind === "listed") keeper.sync(live.all());
    if (change.kind !== "changed") return;
    if (change.now) keeper.mind(change.now);
    else keeper.forget(change.id);
  });
}

async function look(live: LiveView, keeper: HealthKeeper, id: string): Promise<EngineContainer | undefined> {
  const found = await live.refresh(id);
  if (!found) return undefined;
  keeper.mind(found);
  return keeper.see(found);
}

function watchStacks(live: LiveView, keeper: HealthKeeper, listener: (stack: string | undefined) => void): () => void {
  const heard = (container: EngineContainer | undefined) => {
    const stack = container?.labels[LABELS.stack];
    if (!container || stack !== undefined) listener(stack);
  };
  const ends = [
    live.watch((change) => heard(change.kind === "changed" ? (change.now ?? change.before) : undefined)),
    keeper.watch(heard),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function seen(stacks: readonly ObservedStack[], keeper: HealthKeeper): readonly ObservedStack[] {
  return stacks.map((stack) => ({ ...stack, containers: stack.containers.map((one) => keeper.see(one)) }));
}

async function containerOf(engine: Engine, id: string, signal?: AbortSignal): Promise<EngineContainer> {
  const container = await engine.container(id, { signal });
  if (!container) throw fail("E_DRIVER_NO_CONTAINER", { container: id });
  return container;
}

// Of the configuration that was deployed last: the slots up to the number run, the others do not.
async function scale(
  { engine, site }: DockerDriverParts,
  stack: string,
  service: string,
  containers: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [observed] = await observeStacks(engine, site, stack, signal);
  const all = (observed?.containers ?? []).filter((one) => serviceOf(one) === service);
  const newest = all.reduce<EngineContainer | undefined>(
    (a, b) => (a && a.createdAt >= b.createdAt ? a : b),
    undefined,
  );
  const current = all.filter((one) => newest && configOf(one) === configOf(newest));
  for (const one of current) {
    const wanted = slotOf(one) <= containers;
    if (one.status === "paused") await engine.unpause(one.id, { signal });
    if (wanted && !isUp(one)) await engine.start(one.id, { signal });
    if (!wanted && isUp(one)) await engine.stop(one.id, 10_000, { signal });
  }
}

// Options whose absence is said by `undefined` here, and by not being there at the engine's door.
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
