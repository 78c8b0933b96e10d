// What became of pulls that are not under way any more: the list has only those that are, and one that failed, or whose image was
// held back, leaves no image to be seen.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Pull, PullList } from "../../api/types.ts";
import { me } from "../../state/session.ts";
import { unwatch, watch, watched } from "./watched-pulls.ts";

/** One's own pulls that failed while the page was open, and how to forget one. `list`: what is under way, as it was loaded last. */
export function useFailed(list: PullList | undefined, onEnded: () => void) {
  const failed = useSignal<readonly Pull[]>([]);
  useEffect(() => {
    if (list === undefined) return;
    const underWay = new Set(list.items.map(({ id }) => id));
    const missing = watched.peek().filter((id) => !underWay.has(id));
    watch([...underWay]);
    for (const id of missing) void end(id);
  }, [list]);
  async function end(id: string): Promise<void> {
    const pull = await ask<Pull>({ path: at`/v2/pulls/${id}` }).catch(() => undefined);
    // Asked for again it is looked at again; what nobody knows of any more has ended, too.
    if ((pull && pull.finishedAt === null) || !unwatch(id)) return;
    onEnded();
    if (pull?.status === "FAILURE" && pull.owner?.user === me.peek()?.user) failed.value = [...failed.peek(), pull];
  }
  const forget = (id: string) => {
    failed.value = failed.peek().filter((one) => one.id !== id);
  };
  return { failed: failed.value, forget };
}
