// Takes containers out of the traffic before they go: no new requests, and the end of those under way is waited for. What a
// driver calls between a new container that is well and an old one that is stopped.

import type { Traffic } from "../stacks/types.ts";
import type { ProxyControl } from "./proxy-control.ts";

export interface TrafficParts {
  readonly control: Pick<ProxyControl, "watch" | "isQuiet" | "adopted">;
  /** Makes and publishes the table anew; the number of it. */
  readonly publish: () => number;
  /** How long requests under way may take. */
  readonly withinMs: () => number;
}

/** How long a container that drained is remembered when nothing came of it: what wanted to stop it was given up. */
const FORGET_MS = 60_000;

/** The containers that are on their way out. */
export class ProxyTraffic implements Traffic {
  readonly #parts: TrafficParts;
  readonly #draining = new Map<string, NodeJS.Timeout>();

  constructor(parts: TrafficParts) {
    this.#parts = parts;
  }

  /** For `buildRoutes`. */
  get draining(): ReadonlySet<string> {
    return new Set(this.#draining.keys());
  }

  /** The containers that run now: what has stopped is drained no longer, should it be started again. */
  seen(running: ReadonlySet<string>): void {
    for (const id of this.#draining.keys()) if (!running.has(id)) this.#drop(id);
  }

  /** It takes requests again: an upgrade was rolled back. */
  restore(container: string): void {
    if (this.#drop(container)) this.#parts.publish();
  }

  /** Resolves when they have no request any more, or when the time for that is over. */
  async drain(
    containers: readonly { readonly container: string }[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    const ids = containers.map(({ container }) => container);
    for (const id of ids) {
      this.#drop(id);
      this.#draining.set(id, setTimeout(() => this.restore(id), this.#parts.withinMs() + FORGET_MS).unref());
    }
    const { control } = this.#parts;
    // A proxy that is not connected yet sends its requests where the table before this one says.
    await control.adopted(signal);
    const version = this.#parts.publish();
    if (control.isQuiet(version, ids)) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        unwatch();
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onAbort = () => end(() => reject(signal?.reason));
      const timer = setTimeout(() => end(resolve), this.#parts.withinMs());
      const unwatch = control.watch(() => control.isQuiet(version, ids) && end(resolve));
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #drop(id: string): boolean {
    clearTimeout(this.#draining.get(id));
    return this.#draining.delete(id);
  }
}
