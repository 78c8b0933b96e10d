// A stream as long as the page that shows it is seen: hidden pages let go of theirs after a while, because a browser has
// only six connections to a server.

import { useEffect } from "preact/hooks";
import { type Following, follow } from "../api/follow.ts";
import { me } from "./session.ts";

const HIDDEN_MS = 60_000;

/** Follows while the component is there; anew whenever a value of `on` is another one. */
export function useFollow(following: Omit<Following, "signal"> | undefined, on: readonly unknown[]): void {
  const who = me.value?.user;
  useEffect(() => {
    if (!following || who === undefined) return;
    let end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      end = new AbortController();
      void follow({ ...following, signal: end.signal });
    };
    const change = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => end.abort(), HIDDEN_MS);
      else if (end.signal.aborted) begin();
    };
    begin();
    document.addEventListener("visibilitychange", change);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", change);
      end.abort();
    };
  }, [...on, who]);
}
