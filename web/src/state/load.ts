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
  /** Loads again; while it loads, when that has ended: what is asked for again and again would never come otherwise. */
  readonly again: () => void;
}

/** Loads, and again whenever a value of `on` is another one. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const data = useSignal<T | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const loading = useSignal(true);
  const turn = useSignal(0);
  const key = useRef("");
  const waiting = useRef(false);
  const reader = useRef<string | undefined>(undefined);
  const who = me.value?.user;
  useEffect(() => {
    const end = new AbortController();
    const wanted = JSON.stringify(on);
    const another = who !== undefined && reader.current !== undefined && who !== reader.current;
    // Something else is shown from now on, or to somebody else: what was there is not it. A session that ended leaves it.
    if (key.current !== wanted || another) data.value = undefined;
    key.current = wanted;
    reader.current = who ?? reader.current;
    loading.value = true;
    waiting.current = false;
    const ended = () => {
      loading.value = false;
      if (waiting.current) turn.value++;
    };
    load(end.signal).then(
      (loaded) => {
        if (end.signal.aborted) return;
        data.value = loaded;
        failure.value = undefined;
        ended();
      },
      (error: unknown) => {
        if (end.signal.aborted || wasLeft(error)) return;
        failure.value = error;
        ended();
      },
    );
    return () => end.abort();
  }, [...on, turn.value, returns.value, who]);
  const again = () => {
    if (loading.peek()) waiting.current = true;
    else turn.value++;
  };
  return { data, failure, loading, again };
}
