// The stacks that have routes, in memory: what the proxies' table is made of at every change, without asking the database.
// Their containers are the driver's, as they are at that moment.

import { hasCode, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { EngineContainer } from "../../services/engine/types.ts";
import type { RoutedService, RoutedStack } from "../../services/routes/build-table.ts";
import type { Stacks } from "../../services/stacks/types.ts";
import { LABELS } from "../../services/types.ts";

type KnownService = Omit<RoutedService, "containers">;
type Known = Omit<RoutedStack, "services"> & {
  readonly deployment: string;
  readonly services: readonly KnownService[];
};

export interface RoutedStacksParts {
  readonly stacks: Pick<Stacks, "list" | "show" | "spec" | "watchState">;
  readonly containers: () => readonly EngineContainer[];
  /** They changed. */
  readonly onChange: () => void;
  readonly log: Log;
}

const PAGE = 1000;

/** What there is of stacks with routes. */
export class RoutedStacks {
  readonly #parts: RoutedStacksParts;
  readonly #known = new Map<string, Known>();
  /** Stacks that changed and wait to be looked at; one look after the other. */
  readonly #waiting = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  #unwatch = () => {};
  #closed = false;

  constructor(parts: RoutedStacksParts) {
    this.#parts = parts;
  }

  /** Looks at all, and at each again when it changes. */
  async open(): Promise<void> {
    this.#unwatch = this.#parts.stacks.watchState((stack) => {
      if (stack !== undefined) this.#lookAt([stack]);
      else void this.#names().then((names) => this.#lookAt(names), this.#complain);
    });
    this.#lookAt(await this.#names());
    await this.#looking;
  }

  /** For the table. */
  all(): readonly RoutedStack[] {
    const byService = Map.groupBy(
      this.#parts.containers(),
      ({ labels }) => `${labels[LABELS.stack] ?? ""}/${labels[LABELS.service] ?? ""}`,
    );
    return [...this.#known.values()].map((stack) => ({
      ...stack,
      services: stack.services.map((service) => {
        return { ...service, containers: byService.get(`${stack.name}/${service.name}`) ?? [] };
      }),
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    await this.#looking;
  }

  async #names(): Promise<readonly string[]> {
    const names = [...this.#known.keys()];
    for (let after: string | undefined; ; ) {
      const page = await this.#parts.stacks.list({}, { limit: PAGE, after });
      names.push(...page.items.map(({ name }) => name));
      if (page.next === undefined) return [...new Set(names)];
      after = page.next;
    }
  }

  #lookAt(names: readonly string[]): void {
    for (const name of names) this.#waiting.add(name);
    this.#looking = this.#looking.then(() => this.#look()).catch(this.#complain);
  }

  readonly #complain = (error: unknown) => this.#parts.log.warn(`routes: ${reasonOf(error)}`);

  async #look(): Promise<void> {
    for (const name of [...this.#waiting]) {
      if (this.#closed) return;
      this.#waiting.delete(name);
      const known = await this.#read(name);
      if (known) this.#known.set(name, known);
      else this.#known.delete(name);
    }
    this.#parts.onChange();
  }

  async #read(name: string): Promise<Known | undefined> {
    const { stacks } = this.#parts;
    try {
      const { title, createdAt, deployment, services } = await stacks.show(name);
      const before = this.#known.get(name);
      const spec = before?.deployment === deployment ? before : await stacks.spec(name);
      const routed = spec.services.filter(({ routes }) => routes.length > 0);
      if (routed.length === 0) return undefined;
      return {
        ...{ name, title, createdAt, deployment },
        services: routed.map(({ name: service, routes, idle }) => {
          const now = services.find((one) => one.name === service);
          return { name: service, routes, idle, state: now?.state ?? "stopped", reason: now?.reason };
        }),
      };
    } catch (error) {
      if (hasCode(error, "E_STACK_NONE") || hasCode(error, "E_STACK_NOT_DEPLOYED")) return undefined;
      throw error;
    }
  }
}
