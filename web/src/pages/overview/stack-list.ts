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
  const page = (more: { readonly attention?: true }) =>
    ask<StackPage>({ path: "/v2/stacks", query: { ...wish, ...more, limit }, signal });
  const { items: stacks, next } = await page({});
  // Of a site with thousands of stacks an operator would load all services: there the numbers of each stack must do.
  if (next !== undefined) {
    const first = await page({ attention: true });
    const others = stacks.filter(({ name }) => !first.items.some((one) => one.name === name));
    return { stacks: [...first.items, ...others], services: new Map(), more: true };
  }
  const { items } = await ask<ActivityList>({ path: "/v2/activity", signal });
  return { stacks, services: Map.groupBy(items, ({ stack }) => stack), more: false };
}
