// Something that a person does and the server carries out: at most once at a time, its failure kept to be shown.

import { type Signal, useSignal } from "@preact/signals";
import { announce } from "./announce.ts";

/** Something that can be done. */
export interface Action {
  readonly busy: Signal<boolean>;
  readonly failure: Signal<unknown>;
  /** Does it; answers whether it was done. */
  readonly run: (work: () => Promise<void>, done?: string) => Promise<boolean>;
}

export function useAction(): Action {
  const busy = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  return {
    busy,
    failure,
    async run(work, done) {
      if (busy.peek()) return false;
      busy.value = true;
      failure.value = undefined;
      try {
        await work();
        if (done !== undefined) announce(done);
        return true;
      } catch (error) {
        failure.value = error;
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}
