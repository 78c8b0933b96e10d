// The stacks and their services, kept fresh by the server's events.

import { ask } from "../../api/ask.ts";
import type { ActivityList, ServiceActivity, StackPage, StackSummary } from "../../api/types.ts";
import { useFresh } from "../../state/fresh.ts";
import { type Loaded, useLoad } from "../../state/load.ts";
import { query } from "../../state/location.ts";

const PAGE = 200;

/** What the overview shows. */
export interface Seen {
  readonly stacks: readonly StackSummary[];
  readonly services: ReadonlyMap<string, readonly ServiceActivity[]>;
  readonly more: boolean;
}

/** Stacks that fit what the address asks for. */
export function useStackList(): Loaded<Seen> {
  const match = query.value.get("match") ?? "";
  const mine = query.value.get("mine") === "true";
  const loaded = useLoad((signal) => seen({ match, mine: mine || undefined }, PAGE, signal), [match, mine]);
  useFresh(loaded.again);
  return loaded;
}

async function seen(
  wish: { readonly match: string; readonly mine: boolean | undefined },
  limit: number,
  signal: AbortSignal,
): Promise<Seen> {
  const { items: stacks, next } = await ask<StackPage>({ path: "/v2/stacks", query: { ...wish, limit }, signal });
  // Of a site with thousands of stacks an operator would load all services: there the numbers of each stack must do.
  if (next !== undefined) return { stacks, services: new Map(), more: true };
  const { items } = await ask<ActivityList>({ path: "/v2/activity", signal });
  return { stacks, services: Map.groupBy(items, ({ stack }) => stack), more: false };
}
