// Asks the server what it would say of the draft, a moment after typing paused; what it said last stays until it says more.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/ask.ts";
import { Refusal, wasLeft } from "../../api/failures.ts";
import type { Proposal } from "../../api/types.ts";
import { returns } from "../../state/connection.ts";
import { me } from "../../state/session.ts";
import { type Draft, isWhole, wishOf } from "./draft.ts";

const PAUSE_MS = 400;

/** What the server says. */
export interface Proposing {
  readonly proposal: Signal<Proposal | undefined>;
  readonly failure: Signal<unknown>;
  /** It is being asked about what was typed last. */
  readonly asking: Signal<boolean>;
}

export function useProposal(draft: Draft): Proposing {
  const proposal = useSignal<Proposal | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const asking = useSignal(false);
  const { name, files, tags } = draft;
  useEffect(() => {
    if (!isWhole(draft)) {
      proposal.value = undefined;
      failure.value = undefined;
      asking.value = false;
      return;
    }
    const end = new AbortController();
    asking.value = true;
    const timer = setTimeout(() => {
      propose(draft, end.signal).then(
        (said) => {
          proposal.value = said;
          failure.value = undefined;
          asking.value = false;
        },
        (error: unknown) => {
          if (wasLeft(error)) return;
          failure.value = error;
          asking.value = false;
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [name, files, tags, returns.value, me.value?.user]);
  return { proposal, failure, asking };
}

// A recipe that cannot even be read is refused, with what was found in it.
async function propose(draft: Draft, signal: AbortSignal): Promise<Proposal> {
  try {
    return await ask<Proposal>({ method: "POST", path: "/v2/stacks/propose", body: wishOf(draft), signal });
  } catch (error) {
    if (error instanceof Refusal && error.proposal) return error.proposal;
    throw error;
  }
}
