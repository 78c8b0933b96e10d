// All services that have an idle policy, as the stacks say: found at the start, looked at again when a stack changed.

import { hasCode, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Stacks } from "../stacks/types.ts";
import type { Stack } from "../types.ts";
import { KnownService, policyOf } from "./known-service.ts";
import { Turns } from "./turns.ts";

export interface KnownServicesParts {
  readonly stacks: Pick<Stacks, "list" | "show" | "spec" | "watchState">;
  readonly log: Log;
  /** A service slept, woke, was started or stopped since it was last seen. */
  readonly onChange: (service: KnownService) => void;
  /** A service, or its policy, is no more. */
  readonly onGone: (service: KnownService) => void;
}

const PAGE = 1000;

function dependsOn({ kind, dependsOn = [] }: StackSpec["services"][number], name: string): boolean {
  return kind === "service" && dependsOn.some(({ service }) => service === name);
}

/** The services with a policy. */
export class KnownServices {
  readonly #parts: KnownServicesParts;
  readonly #services = new Map<string, KnownService>();
  readonly #byStack = new Map<string, readonly KnownService[]>();
  /** The deployment whose spec was read, by stack. */
  readonly #deployments = new Map<string, string>();
  readonly #byContainer = new Map<string, KnownService>();
  readonly #turns = new Turns();
  /** Looks at a stack that have not begun. */
  readonly #looks = new Map<string, Promise<void>>();
  /** Stacks of which something was heard while all are read, for each reading. */
  readonly #readings = new Set<Set<string>>();
  #unwatch = () => {};

  constructor(parts: KnownServicesParts) {
    this.#parts = parts;
  }

  /** Reads all stacks, then follows what changes. */
  async open(): Promise<void> {
    // Watched first, so that nothing is missed between.
    this.#unwatch = this.#parts.stacks.watchState((stack) => void this.#again(stack));
    await this.#readAll();
  }

  get(stack: string, service: string): KnownService | undefined {
    return this.#services.get(`${stack}/${service}`);
  }

  ofContainer(id: string): KnownService | undefined {
    return this.#byContainer.get(id);
  }

  ofStack(stack: string): readonly KnownService[] {
    return this.#byStack.get(stack) ?? [];
  }

  all(): Iterable<KnownService> {
    return this.#services.values();
  }

  /** Takes over how a stack is now. */
  lookAgain(stack: string): Promise<void> {
    return this.#again(stack);
  }

  /** Resolves when every change that was heard of is taken over. */
  settled(): Promise<void> {
    return this.#turns.settled();
  }

  async close(): Promise<void> {
    this.#unwatch();
    await this.#turns.settled();
  }

  async #again(name: string | undefined): Promise<void> {
    const { log } = this.#parts;
    try {
      if (name === undefined) return await this.#readAll();
      for (const heard of this.#readings) heard.add(name);
      await this.#lookOnce(name);
    } catch (error) {
      log.warn(`the use of ${name ?? "all stacks"} is not followed: ${reasonOf(error)}`);
    }
  }

  // A look that waits for its turn sees what happens until then: containers that come and go make no queue.
  #lookOnce(name: string): Promise<void> {
    const { stacks } = this.#parts;
    const waiting =
      this.#looks.get(name) ??
      this.#turns.take(name, async () => {
        this.#looks.delete(name);
        const stack = await stacks.show(name).catch((error: unknown) => {
          if (hasCode(error, "E_STACK_NONE")) return undefined;
          throw error;
        });
        if (stack) await this.#take(stack);
        else this.#forget(name);
      });
    this.#looks.set(name, waiting);
    return waiting;
  }

  async #readAll(): Promise<void> {
    const heard = new Set<string>();
    this.#readings.add(heard);
    try {
      const gone = new Set(this.#byStack.keys());
      for await (const stack of this.#listed()) {
        gone.delete(stack.name);
        await this.#turns.take(stack.name, () => this.#takeListed(stack, heard));
      }
      for (const name of gone)
        await this.#turns.take(name, async () => {
          if (!heard.has(name)) this.#forget(name);
        });
    } finally {
      this.#readings.delete(heard);
    }
  }

  async *#listed(): AsyncGenerator<Stack> {
    let after: string | undefined;
    do {
      const page = await this.#parts.stacks.list({}, { limit: PAGE, after });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  // What was heard of it since is newer than the list. One that cannot be read must not hide those behind it.
  async #takeListed(stack: Stack, heard: ReadonlySet<string>): Promise<void> {
    if (heard.has(stack.name)) return;
    await this.#take(stack).catch((error: unknown) => {
      this.#parts.log.warn(`the use of ${stack.name} is not followed: ${reasonOf(error)}`);
    });
  }

  async #take(stack: Stack): Promise<void> {
    if (this.#deployments.get(stack.name) !== stack.deployment) {
      const spec = await this.#specOf(stack);
      if (!spec) return;
      this.#adopt(stack, spec);
      this.#deployments.set(stack.name, stack.deployment);
    }
    const runs = stack.services.filter(({ containers }) => containers.some(({ status }) => status === "running"));
    const running = new Set(runs.map(({ name }) => name));
    for (const known of this.ofStack(stack.name)) known.seeOthers(running);
    for (const seen of stack.services) {
      const known = this.get(stack.name, seen.name);
      if (!known) continue;
      for (const id of known.containers) this.#byContainer.delete(id);
      const differs = known.see(seen);
      for (const id of known.containers) this.#byContainer.set(id, known);
      if (differs) this.#parts.onChange(known);
    }
  }

  // Undefined: its first deployment is under way or failed. What it becomes is heard.
  #specOf({ name }: Stack): Promise<StackSpec | undefined> {
    return this.#parts.stacks.spec(name).catch((error: unknown) => {
      if (hasCode(error, "E_STACK_NOT_DEPLOYED")) return undefined;
      throw error;
    });
  }

  /** Takes over the policies of a deployment. */
  #adopt({ name }: Stack, spec: StackSpec): void {
    const kept = spec.services.flatMap((service) => {
      if (!service.idle || service.kind === "job") return [];
      const { policy, wrong } = policyOf(service.idle);
      for (const reason of wrong) this.#parts.log.warn(`${service.name} of ${name}: ${reason}`);
      const known = this.get(name, service.name) ?? new KnownService(name, service.name, policy);
      known.policy = policy;
      known.dependents = spec.services.filter((other) => dependsOn(other, service.name)).map((other) => other.name);
      return [known];
    });
    for (const before of this.ofStack(name)) if (!kept.includes(before)) this.#drop(before);
    for (const known of kept) this.#services.set(`${name}/${known.service}`, known);
    this.#byStack.set(name, kept);
  }

  #forget(stack: string): void {
    for (const known of this.ofStack(stack)) this.#drop(known);
    this.#byStack.delete(stack);
    this.#deployments.delete(stack);
  }

  #drop(known: KnownService): void {
    for (const id of known.containers) this.#byContainer.delete(id);
    this.#services.delete(`${known.stack}/${known.service}`);
    this.#parts.onGone(known);
  }
}
