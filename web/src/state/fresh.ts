// Loads anew what is shown whenever something happens to a stack, but not oftener than a person could look: events come in
// crowds.

import { useEffect, useRef } from "preact/hooks";
import type { StackEvent } from "../api/types.ts";
import { useFollow } from "./follow.ts";

const PAUSE_MS = 700;

/** Calls `again` after events of the stack, or of all stacks. */
export function useFresh(again: () => void, stack?: string): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const opened = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const soon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      again();
    }, PAUSE_MS);
  };
  useFollow(
    {
      path: "/v2/service-events",
      onMessage: (event, data) => {
        if (event === "event" && (stack === undefined || (data as StackEvent).stack === stack)) soon();
      },
      // What happened between is not known when the stream could not say where it left off.
      onOpen: () => {
        if (opened.current) soon();
        opened.current = true;
      },
    },
    [stack],
  );
}
