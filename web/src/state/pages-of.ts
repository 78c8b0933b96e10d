// A list that comes page by page: the first when the page opens, older ones when they are asked for.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Query } from "../api/address.ts";
import { ask } from "../api/ask.ts";
import { type Action, useAction } from "./action.ts";
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
  readonly busy: Signal<boolean>;
  readonly failure: Signal<unknown>;
  /** Something happened: loads the first page again, unless somebody reads older ones, who would lose his place. */
  readonly changed: () => void;
  /** True: what happened since is not shown. */
  readonly behind: Signal<boolean>;
}

export function usePages<T>(path: string, query: Query = {}): Pages<T> {
  const asked = JSON.stringify([path, query]);
  const first = useLoad((signal) => ask<Answer<T>>({ path, query, signal }), [asked]);
  const older = useSignal<Answer<T> | undefined>(undefined);
  const behind = useSignal(false);
  const { busy, failure, run }: Action = useAction();
  const begun = useRef<Answer<T> | undefined>(undefined);
  begun.current = first.data.value;
  useEffect(() => {
    older.value = undefined;
    behind.value = false;
  }, [first.data.value]);
  const next = (older.value ?? first.data.value)?.next;
  const more = () =>
    run(async () => {
      const to = begun.current;
      const page = await ask<Answer<T>>({ path, query: { ...query, after: next } });
      // The list may be another one by now: then this is no page of it.
      if (to === begun.current) older.value = { ...page, items: [...(older.peek()?.items ?? []), ...page.items] };
    }).then(() => {});
  return {
    ...{ first, busy, failure, behind },
    items: [...(first.data.value?.items ?? []), ...(older.value?.items ?? [])],
    more: next === undefined ? undefined : more,
    changed() {
      if (older.peek() === undefined) first.again();
      else behind.value = true;
    },
  };
}
