// The lines of a stack's logs as they come: collected and shown once for each picture that is drawn, however many come.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { at } from "../../api/address.ts";
import type { LogLine } from "../../api/types.ts";
import { useFollow } from "../../state/follow.ts";
import { type Line, MOST_LINES, unseen, withLines, withWaiting } from "./lines.ts";

/** Which lines are wanted. */
export interface TailWish {
  readonly stack: string;
  readonly service: string;
  readonly stream: string;
}

/** What there is of them. */
export interface Tail {
  readonly lines: Signal<readonly Line[]>;
  /** Lines that came while it was paused. */
  readonly waiting: Signal<number>;
  readonly paused: Signal<boolean>;
  readonly refusal: Signal<unknown>;
  readonly goOn: () => void;
}

const FIRST_LINES = 1000;

export function useTail({ stack, service, stream }: TailWish): Tail {
  const lines = useSignal<readonly Line[]>([]);
  const waiting = useSignal(0);
  const paused = useSignal(false);
  const refusal = useSignal<unknown>(undefined);
  const come = useRef<LogLine[]>([]);
  const reopened = useRef(false);
  const frame = useRef(0);
  const show = () => {
    frame.current = 0;
    if (paused.peek()) {
      come.current = come.current.slice(-MOST_LINES);
      waiting.value = come.current.length;
      return;
    }
    const more = reopened.current ? unseen(lines.peek(), come.current) : come.current;
    if (more.some((one) => one.at > (lines.peek().at(-1)?.at ?? 0))) reopened.current = false;
    come.current = [];
    waiting.value = 0;
    lines.value = withLines(lines.peek(), more);
  };
  useEffect(() => {
    lines.value = [];
    come.current = [];
    waiting.value = 0;
    paused.value = false;
    refusal.value = undefined;
    return () => {
      cancelAnimationFrame(frame.current);
      // What comes next asks for a picture of its own.
      frame.current = 0;
    };
  }, [stack, service, stream]);
  useFollow(
    {
      path: at`/v2/stacks/${stack}/logs/follow`,
      query: () => {
        const last = lines.peek().at(-1)?.at;
        reopened.current = last !== undefined;
        return { service, stream, ...(last === undefined ? { tail: FIRST_LINES } : { since: last }) };
      },
      onMessage: (event, data) => {
        if (event !== "line") return;
        come.current = withWaiting(come.current, data as LogLine);
        frame.current ||= requestAnimationFrame(show);
      },
      onRefused: (refused) => {
        refusal.value = refused;
      },
    },
    [stack, service, stream],
  );
  return {
    ...{ lines, waiting, paused, refusal },
    goOn: () => {
      paused.value = false;
      show();
    },
  };
}
