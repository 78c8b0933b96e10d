// What a page shows from the server: loaded when the page opens, again when it is asked to and when the server came back.
// What was there stays to be seen while it loads and when loading fails.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { wasLeft } from "../api/failures.ts";
import { returns } from "./connection.ts";
import { me } from "./session.ts";

/** Something that is loaded. */
export interface Loaded<T> {
  readonly data: Signal<T | undefined>;
  readonly failure: Signal<unknown>;
  readonly loading: Signal<boolean>;
  /** Loads again. */
  readonly again: () => void;
}

/** Loads, and again whenever a value of `on` is another one. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const data = useSignal<T | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const loading = useSignal(true);
  const turn = useSignal(0);
  const key = useRef("");
  const who = me.value?.user;
  useEffect(() => {
    const end = new AbortController();
    const wanted = JSON.stringify(on);
    // Something else is shown from now on: what was there is not it.
    if (key.current !== wanted) data.value = undefined;
    key.current = wanted;
    loading.value = true;
    load(end.signal).then(
      (loaded) => {
        if (end.signal.aborted) return;
        data.value = loaded;
        failure.value = undefined;
        loading.value = false;
      },
      (error: unknown) => {
        if (end.signal.aborted || wasLeft(error)) return;
        failure.value = error;
        loading.value = false;
      },
    );
    return () => end.abort();
  }, [...on, turn.value, returns.value, who]);
  return { data, failure, loading, again: () => turn.value++ };
}
