// Pulls whose end is waited for: those seen under way, and those wished for here, which may end before any list has them.

import { signal } from "@preact/signals";

/** Ids. */
export const watched = signal<readonly string[]>([]);

/** Waits for the ends of these, too. */
export function watch(ids: readonly string[]): void {
  watched.value = [...new Set([...watched.peek(), ...ids])];
}

/** Waits for the end of this one no longer; false: nobody did. */
export function unwatch(id: string): boolean {
  const rest = watched.peek().filter((one) => one !== id);
  if (rest.length === watched.peek().length) return false;
  watched.value = rest;
  return true;
}
