// Sends the draft, and shows how it goes on; a refusal puts what was found into the text again.

import type { Signal } from "@preact/signals";
import { ask } from "../../api/ask.ts";
import { Refusal } from "../../api/failures.ts";
import type { Deployment, Proposal } from "../../api/types.ts";
import { go } from "../../state/location.ts";
import { draft, wishOf } from "./draft.ts";

/** Deploys the draft. @throws Refusal, Away */
export async function deploy(proposal: Signal<Proposal | undefined>): Promise<void> {
  try {
    const made = await ask<Deployment>({ method: "POST", path: "/v2/stacks", body: wishOf(draft.value) });
    draft.value = { ...draft.value, changed: false };
    go(`/stacks/${encodeURIComponent(made.stack)}/operations/${made.id}`);
  } catch (error) {
    if (error instanceof Refusal && error.proposal) proposal.value = error.proposal;
    throw error;
  }
}
