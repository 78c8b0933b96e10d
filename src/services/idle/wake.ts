// Wakes services for those who want them: one wake at a time for each, however many wait; after a failure a pause that
// grows, so that visitors of a broken service do not start it over and over. Order of dependencies is the stacks' matter.

import { reasonOf } from "../../base/errors.ts";
import type { Stacks } from "../stacks/types.ts";
import { fail } from "./errors.ts";

export interface WakeParts {
  readonly stacks: Pick<Stacks, "wake">;
  /** Seconds; only differences count. */
  readonly now: () => number;
  /** How long somebody waits at most; the wake itself goes on. */
  readonly timeoutMs: () => number;
  /** A wake began, succeeded, or failed. */
  readonly onChange?: ((stack: string, service: string, change: WakeChange) => void) | undefined;
}

export type WakeChange =
  | { readonly kind: "began" }
  | { readonly kind: "woken" }
  | { readonly kind: "failed"; readonly reason: string };

interface Setback {
  readonly failures: number;
  readonly reason: string;
  readonly until: number;
}

/** Seconds of the first pause; every further one is twice as long. */
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 120;
/** Milliseconds that a timer of Node takes; it ends at once when told more. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Services whose failures are remembered. */
const MOST_SETBACKS = 10_000;

/** Wakes under way, and those that failed. */
export class WakeDesk {
  readonly #parts: WakeParts;
  readonly #flights = new Map<string, Promise<void>>();
  readonly #setbacks = new Map<string, Setback>();

  constructor(parts: WakeParts) {
    this.#parts = parts;
  }

  /** True while somebody wakes it. */
  waking(stack: string, service: string): boolean {
    return this.#flights.has(keyOf(stack, service));
  }

  /** Resolves when the service runs. @throws E_WAKE_FAILED, E_WAKE_SLOW; the signal's reason */
  async wake(stack: string, service: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const key = keyOf(stack, service);
    const setback = this.#setbacks.get(key);
    const left = setback === undefined ? 0 : setback.until - this.#parts.now();
    if (setback && left > 0 && !this.#flights.has(key)) throw failed(stack, service, setback.reason, left);
    const flight = this.#flights.get(key) ?? this.#begin(key, stack, service);
    await this.#atMost(flight, { stack, service }, signal);
  }

  /** Somebody mended a stack: the next who wants one of its services need not wait. */
  forgive(stack: string): void {
    for (const key of this.#setbacks.keys()) if (key.startsWith(`${stack}/`)) this.#setbacks.delete(key);
  }

  /** The clock was set: pauses end when they would have ended. */
  moveTimes(seconds: number): void {
    for (const [key, setback] of this.#setbacks)
      this.#setbacks.set(key, { ...setback, until: setback.until + seconds });
  }

  /** Resolves when no wake is under way. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled(this.#flights.values());
  }

  #begin(key: string, stack: string, service: string): Promise<void> {
    const { stacks, now, onChange } = this.#parts;
    onChange?.(stack, service, { kind: "began" });
    const flight = stacks
      .wake(stack, service)
      .then(
        () => {
          this.#setbacks.delete(key);
          onChange?.(stack, service, { kind: "woken" });
        },
        (error: unknown) => {
          const { reason, until } = this.#setBack(key, reasonOf(error));
          onChange?.(stack, service, { kind: "failed", reason });
          throw failed(stack, service, reason, until - now(), error);
        },
      )
      .finally(() => this.#flights.delete(key));
    // Everybody who waited may have gone.
    flight.catch(() => {});
    this.#flights.set(key, flight);
    return flight;
  }

  #setBack(key: string, reason: string): Setback {
    const failures = (this.#setbacks.get(key)?.failures ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 10));
    const setback = { failures, reason, until: this.#parts.now() + pause };
    this.#setbacks.delete(key);
    this.#setbacks.set(key, setback);
    for (const oldest of this.#setbacks.keys()) {
      if (this.#setbacks.size <= MOST_SETBACKS) break;
      this.#setbacks.delete(oldest);
    }
    return setback;
  }

  #atMost(flight: Promise<void>, name: { stack: string; service: string }, signal?: AbortSignal): Promise<void> {
    const ms = this.#parts.timeoutMs();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const slow = () => reject(fail("E_WAKE_SLOW", { ...name, seconds: Math.round(ms / 1000) }));
    const timer = setTimeout(slow, Math.min(ms, LONGEST_TIMER));
    const leave = () => reject(signal?.reason);
    signal?.addEventListener("abort", leave, { once: true });
    flight.then(resolve, reject);
    // Also when it goes on without those who waited.
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
    });
  }
}

function keyOf(stack: string, service: string): string {
  return `${stack}/${service}`;
}

function failed(stack: string, service: string, reason: string, seconds: number, cause?: unknown) {
  return fail("E_WAKE_FAILED", { stack, service, reason, seconds: Math.max(1, Math.ceil(seconds)) }, { cause });
}
