// A list that comes page by page: the first when the page opens, older ones when they are asked for.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Query } from "../api/address.ts";
import { ask } from "../api/ask.ts";
import { type Loaded, useLoad } from "./load.ts";

interface Answer<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** What is there of the list. */
export interface Pages<T> {
  readonly first: Loaded<Answer<T>>;
  readonly items: readonly T[];
  /** Loads the next page; undefined: there is none. */
  readonly more: (() => Promise<void>) | undefined;
  readonly failure: Signal<unknown>;
}

export function usePages<T>(path: string, query: Query = {}): Pages<T> {
  const first = useLoad((signal) => ask<Answer<T>>({ path, query, signal }), [path, JSON.stringify(query)]);
  const older = useSignal<Answer<T> | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  useEffect(() => {
    older.value = undefined;
  }, [first.data.value]);
  const next = (older.value ?? first.data.value)?.next;
  async function more(): Promise<void> {
    try {
      const page = await ask<Answer<T>>({ path, query: { ...query, after: next } });
      older.value = { ...page, items: [...(older.peek()?.items ?? []), ...page.items] };
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  }
  return {
    first,
    items: [...(first.data.value?.items ?? []), ...(older.value?.items ?? [])],
    more: next === undefined ? undefined : more,
    failure,
  };
}
