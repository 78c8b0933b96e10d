// The room of stacks for tests: a driver over an engine that is nothing but its containers, and everything handed in.

import { BerthError } from "../../base/errors.ts";
import { silent } from "../../base/log.ts";
import type { Store } from "../../store/store.ts";
import { fail as driverFail } from "../driver/errors.ts";
import { planStack } from "../driver/stack-plan.ts";
import { ModelEngine } from "../driver/testing.ts";
import type { EngineContainer } from "../engine/types.ts";
import { LABELS, type StackWish, type Step } from "../types.ts";
import { openStacks } from "./open-stacks.ts";
import type { StackDriver, StacksParts } from "./parts.ts";
import { readRecipe } from "./read-recipe.ts";
import type { Stacks } from "./types.ts";

export const FRED = { uid: 1000, user: "fred" };

/** A driver of a model engine. `hook` is called before each step and may throw or wait. */
export class ModelDriver implements StackDriver {
  readonly engines = new Map<string, ModelEngine>();
  readonly canPause = true;
  readonly done: string[] = [];
  hook: (step: Step) => Promise<void> | void = () => {};
  /** Meaning of tags, counted up by `move`. */
  readonly tags = new Map<string, number>();
  readonly #listeners = new Set<(stack: string | undefined) => void>();

  readonly plan: StackDriver["plan"] = planStack;

  readonly apply: StackDriver["apply"] = async (plan, desired, { onStep, signal } = {}) => {
    for (const step of plan.waves.flat()) {
      signal?.throwIfAborted();
      onStep?.({ step, state: "begun" });
      try {
        await this.hook(step);
      } catch (error) {
        if (error instanceof BerthError && error.code.startsWith("E_ENGINE_")) throw error;
        signal?.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        onStep?.({ step, state: "failed", detail: reason });
        throw driverFail("E_DRIVER_STEP", { action: step.action, target: step.target, reason, cure: "mend it" });
      }
      this.engineOf(plan.stack).perform(step, desired);
      this.done.push(`${step.action} ${step.service ?? step.target}`);
      onStep?.({ step, state: "done" });
      this.tell(plan.stack);
    }
  };

  readonly observe: StackDriver["observe"] = async (stack) =>
    stack === undefined
      ? [...this.engines].map(([name, one]) => one.observe(name))
      : [this.engineOf(stack).observe(stack)];

  readonly watch: StackDriver["watch"] = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly resolve: StackDriver["resolve"] = async (reference) => {
    const digest = `sha256:${reference}#${this.tags.get(reference) ?? 1}`;
    return { reference, digest, local: digest };
  };

  readonly scale: StackDriver["scale"] = async () => {};

  async *logs(): ReturnType<StackDriver["logs"]> {}

  exec(): ReturnType<StackDriver["exec"]> {
    throw new Error("a model runs no programs");
  }

  engineOf(stack: string): ModelEngine {
    const found = this.engines.get(stack) ?? new ModelEngine();
    this.engines.set(stack, found);
    return found;
  }

  containers(stack?: string): readonly EngineContainer[] {
    const engines = stack === undefined ? [...this.engines.values()] : [this.engineOf(stack)];
    return engines.flatMap((one) => one.containers);
  }

  async alive(): Promise<boolean> {
    return true;
  }

  /** The tag means another image from now on. */
  move(reference: string): void {
    this.tags.set(reference, (this.tags.get(reference) ?? 1) + 1);
  }

  tell(stack: string): void {
    for (const listener of [...this.#listeners]) listener(stack);
  }

  /** How many containers of a stack run, by service. */
  running(stack: string): Readonly<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const { labels, status } of this.engineOf(stack).containers)
      if (status === "running") found[labels[LABELS.service] ?? ""] = (found[labels[LABELS.service] ?? ""] ?? 0) + 1;
    return found;
  }
}

/** The room over a store and a model. */
export function openModelStacks(store: Store, driver: StackDriver, said: Partial<StacksParts> = {}): Stacks {
  return openStacks({
    ...{ store, driver, server: "s1", read: readRecipe, log: silent },
    judge: async ({ spec }) => ({ spec, findings: [] }),
    quota: async () => {},
    ports: {
      choose: async ({ wishes }) => Object.fromEntries(wishes.map(({ key }, n) => [key, 50_000 + n])),
      release: async () => {},
    },
    ...said,
  });
}

/** A wish of one compose file. */
export function wish(name: string, text: string, tags: Readonly<Record<string, string>> = {}): StackWish {
  const files = [{ name: "compose.yml", text }];
  return { name, files, compose: ["compose.yml"], variables: {}, profiles: [], tags: { owner: "fred", ...tags } };
}
