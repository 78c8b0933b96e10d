// Pins as they are fetched and shown.

import { BerthError } from "../../base/errors.ts";
import { listPins } from "../../gateway/client/api.ts";
import type { HeldImage } from "../../gateway/client/api-types.ts";
import { type Call, shortTime } from "./call.ts";

interface Wanted {
  readonly itype?: string;
  readonly tag?: string;
  readonly mine?: true;
}

/** Every pin that the caller may see, of all pages. */
export async function allPins(call: Call, wanted: Wanted): Promise<readonly HeldImage[]> {
  const system = await call.system();
  const pins: HeldImage[] = [];
  let after: string | undefined;
  do {
    const page = await listPins(call.gateways, { system, limit: 1000, after, ...wanted }, call.options);
    pins.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return pins;
}

/** Who holds the image, as far as the caller may know it. */
export async function pinsOf(
  call: Call,
  { itype, tag }: { readonly itype: string; readonly tag: string },
): Promise<readonly HeldImage[]> {
  return allPins(call, { itype, tag }).catch((error: unknown) => {
    // Nobody in particular is shown public images, but not who needs them.
    if (error instanceof BerthError && error.http === 401) return [];
    throw error;
  });
}

/** One pin in words. */
export function pinWords({ holder, uid, createdAt, until }: HeldImage): string {
  const end = until === null ? "until it is taken away" : `until ${shortTime(until)}`;
  return `${holder} (${uid === null ? "nobody" : `uid ${uid}`}) since ${shortTime(createdAt)}, ${end}`;
}
