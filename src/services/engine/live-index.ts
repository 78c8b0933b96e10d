// The containers that are known, found by id, stack and address. A plain structure: who fills it, and when, is not its
// business.

import { LABELS } from "../types.ts";
import type { EngineContainer } from "./types.ts";

export class ContainerIndex {
  readonly #byId = new Map<string, EngineContainer>();
  readonly #byStack = new Map<string, Map<string, EngineContainer>>();
  readonly #byAddress = new Map<string, EngineContainer>();

  get(id: string): EngineContainer | undefined {
    return this.#byId.get(id);
  }

  all(): readonly EngineContainer[] {
    return [...this.#byId.values()];
  }

  byStack(stack: string): readonly EngineContainer[] {
    return [...(this.#byStack.get(stack)?.values() ?? [])];
  }

  byAddress(address: string): EngineContainer | undefined {
    return this.#byAddress.get(address);
  }

  put(container: EngineContainer): void {
    this.delete(container.id);
    this.#byId.set(container.id, container);
    const stack = container.labels[LABELS.stack];
    if (stack !== undefined) {
      const there = this.#byStack.get(stack) ?? new Map<string, EngineContainer>();
      this.#byStack.set(stack, there.set(container.id, container));
    }
    for (const address of Object.values(container.addresses)) this.#byAddress.set(address, container);
  }

  delete(id: string): void {
    const known = this.#byId.get(id);
    if (!known) return;
    this.#byId.delete(id);
    const stack = known.labels[LABELS.stack];
    const siblings = stack === undefined ? undefined : this.#byStack.get(stack);
    siblings?.delete(id);
    if (stack !== undefined && siblings?.size === 0) this.#byStack.delete(stack);
    // An address goes from one container to the next, and the news of it may come in either order.
    for (const address of Object.values(known.addresses))
      if (this.#byAddress.get(address)?.id === id) this.#byAddress.delete(address);
  }
}
