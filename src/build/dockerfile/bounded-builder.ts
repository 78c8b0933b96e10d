// A builder that carries out a few things at a time, however many stages ask, and can be stopped.

import { slots } from "../../oci/fetch/slots.ts";
import type { Builder } from "../types.ts";

// Each step is a program with processes of its own.
const SIDE_BY_SIDE = 4;

/** The builder with a bound on what is under way at once; `stop` gives up what is, and lets nothing begin. */
export function bounded(builder: Builder): { readonly builder: Builder; stop(): void } {
  const free = slots(SIDE_BY_SIDE);
  const stopping = new AbortController();
  const within = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    const give = await free.take(AbortSignal.any([builder.signal, stopping.signal]));
    try {
      return await act();
    } finally {
      give();
    }
  };
  return {
    builder: {
      platform: builder.platform,
      signal: builder.signal,
      from: (base, at) => within(() => builder.from(base, at)),
      step: (state, step, at) => within(() => builder.step(state, step, at)),
      check: (state, step, at) => within(() => builder.check(state, step, at)),
      readFile: (state, path, max) => builder.readFile(state, path, max),
      say: (at, line) => builder.say(at, line),
    },
    stop: () => {
      stopping.abort();
      builder.abandon?.();
    },
  };
}
