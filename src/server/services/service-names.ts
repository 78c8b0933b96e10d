// The names of services kept up to date: what publishes a port or has a route has a name in the site's zone, as long as its
// stack is there (spec/services.md DNS-01). Knows of the zone only that it is told all services.

import { hasCode, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { keepNames, type Names } from "../../services/dns/names.ts";
import type { NamedService } from "../../services/dns/zone.ts";
import type { Stacks } from "../../services/stacks/types.ts";
import type { Stack } from "../../services/types.ts";
import type { DnsConfig } from "../../site/services/dns.ts";

export interface ServiceNamesParts {
  readonly config: DnsConfig;
  readonly stacks: Pick<Stacks, "list" | "show" | "watchState">;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
}

const PAGE = 1000;

/** Names the services of all stacks, and again whenever one changes. Failures: E_DNS_LISTEN. */
export class ServiceNames {
  readonly #parts: ServiceNamesParts;
  readonly #named: Map<string, readonly NamedService[]>;
  readonly #names: Names;
  /** Stacks that changed; undefined: any may have. */
  readonly #waiting = new Set<string | undefined>();
  readonly #unwatch: () => void;
  #looking: Promise<void> = Promise.resolve();

  private constructor(parts: ServiceNamesParts, named: Map<string, readonly NamedService[]>, names: Names) {
    this.#parts = parts;
    this.#named = named;
    this.#names = names;
    this.#unwatch = parts.stacks.watchState((stack) => this.#look(stack));
    // What changed since they were listed.
    this.#look(undefined);
  }

  static async open(parts: ServiceNamesParts): Promise<ServiceNames> {
    const named = await allNamed(parts.stacks);
    return new ServiceNames(parts, named, await keepNames(parts, [...named.values()].flat()));
  }

  async close(): Promise<void> {
    this.#unwatch();
    this.#waiting.clear();
    await this.#looking;
    await this.#names.close();
  }

  #look(stack: string | undefined): void {
    const begun = this.#waiting.size > 0;
    this.#waiting.add(stack);
    if (begun) return;
    this.#looking = this.#looking
      .then(() => this.#lookAt())
      .catch((error: unknown) => this.#parts.log.warn(`names of services: ${reasonOf(error)}`));
  }

  async #lookAt(): Promise<void> {
    const changed = [...this.#waiting];
    this.#waiting.clear();
    if (changed.includes(undefined)) await this.#lookAtAll();
    else
      for (const stack of changed) if (stack !== undefined) this.#set(stack, await namedOf(this.#parts.stacks, stack));
    await this.#names.update([...this.#named.values()].flat());
  }

  async #lookAtAll(): Promise<void> {
    const named = await allNamed(this.#parts.stacks);
    for (const stack of this.#named.keys()) if (!named.has(stack)) this.#named.delete(stack);
    for (const [stack, services] of named) this.#named.set(stack, services);
  }

  #set(stack: string, services: readonly NamedService[]): void {
    if (services.length > 0) this.#named.set(stack, services);
    else this.#named.delete(stack);
  }
}

async function allNamed({ list }: Pick<Stacks, "list">): Promise<Map<string, readonly NamedService[]>> {
  const named = new Map<string, readonly NamedService[]>();
  for (let after: string | undefined; ; ) {
    const page = await list({}, { limit: PAGE, after });
    for (const stack of page.items) if (servicesOf(stack).length > 0) named.set(stack.name, servicesOf(stack));
    if (page.next === undefined) return named;
    after = page.next;
  }
}

async function namedOf({ show }: Pick<Stacks, "show">, stack: string): Promise<readonly NamedService[]> {
  try {
    return servicesOf(await show(stack));
  } catch (error) {
    if (hasCode(error, "E_STACK_NONE")) return [];
    throw error;
  }
}

function servicesOf({ name: stack, services }: Stack): readonly NamedService[] {
  return services.flatMap(({ name: service, ports, routes }) =>
    ports.length + routes.length === 0 ? [] : [{ stack, service, published: ports.length > 0 }],
  );
}
