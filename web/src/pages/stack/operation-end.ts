// Waits for the end of an operation that takes a moment: its button stays busy so long, and how it ended is shown where it began.

import { at } from "../../api/address.ts";
import { follow } from "../../api/follow.ts";
import type { Advance, Operation } from "../../api/types.ts";

/** How it ended; undefined: nobody knows, because the signal came or it cannot be followed. @throws Error with why it failed */
export async function operationEnd({ stack, id }: Operation, signal: AbortSignal): Promise<Operation | undefined> {
  let ended: Operation | undefined;
  await follow({
    path: at`/v2/stacks/${stack}/operations/${id}/follow`,
    until: "end",
    onMessage: (event, data) => {
      if (event === "end") ended = (data as Advance).operation;
    },
    signal,
  });
  if (ended?.state === "failed") throw new Error(ended.message ?? `${ended.kind} failed`);
  return ended;
}
