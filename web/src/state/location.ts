// Where in the pages one is: path and query below /ui, as signals.

import { computed, signal } from "@preact/signals";

const BASE = "/ui";

/** Path below /ui, with a slash at its beginning. */
export const path = signal(pathNow());
const search = signal(globalThis.location?.search ?? "");
export const query = computed(() => new URLSearchParams(search.value));

export function watchLocation(): void {
  globalThis.addEventListener("popstate", read);
}

/** The address of a page, for links. */
export function href(page: string): string {
  return `${BASE}${page}`;
}

/** Shows another page. */
export function go(page: string, replace = false): void {
  if (replace) history.replaceState(null, "", href(page));
  else history.pushState(null, "", href(page));
  read();
  if (!replace) scrollTo(0, 0);
}

/** Changes the query of the page that is shown; empty values go. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(search.peek());
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  go(next.size === 0 ? path.peek() : `${path.peek()}?${next}`, true);
}

function read(): void {
  path.value = pathNow();
  search.value = location.search;
}

function pathNow(): string {
  const whole = globalThis.location?.pathname ?? BASE;
  return whole.slice(BASE.length).replace(/\/+$/, "") || "/";
}
