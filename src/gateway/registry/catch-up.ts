// Notifications get lost: while the gateway was away for too long, or the registry was stopped with some unsent. So the
// gateway reads now and then what lies in its registry, and corrects its records where they differ. Asks one thing after
// the other and a page at a time: it is in no hurry.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Contents } from "./contents.ts";
import type { PushedManifest, Shelf } from "./shelf.ts";

/** What is compared. */
export interface CatchUpParts {
  readonly contents: Contents;
  readonly shelf: Pick<Shelf, "repositories" | "tags" | "untagged" | "forget">;
  /** Takes what was found as if it had been told. */
  readonly found: (manifest: PushedManifest) => Promise<void>;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** What was not right. */
export interface Corrections {
  /** Tags that were missing, or stood for something else. */
  readonly found: number;
  /** Tags that are not there any more. */
  readonly gone: number;
}

const PAGE = 100;

/** Compares everything once. @throws E_REGISTRY_AWAY, the signal's reason */
export async function catchUp(parts: CatchUpParts, signal: AbortSignal): Promise<Corrections> {
  const sum = { found: 0, gone: 0 };
  const add = ({ found, gone }: Corrections) => {
    sum.found += found;
    sum.gone += gone;
  };
  for await (const repository of parts.contents.repositories(PAGE, signal))
    add(await compare(repository, parts, signal));
  // What the records have and the registry does not: asked for one by one, as the two sort names differently.
  let after: string | undefined;
  do {
    const page = await parts.shelf.repositories(after, PAGE);
    for (const { name, pushedAt } of page.items) {
      if ((await parts.contents.tags(name, signal)) !== undefined) continue;
      add({ found: 0, gone: (await parts.shelf.tags(name)).length });
      await parts.shelf.forget(name, pushedAt);
    }
    after = page.next;
  } while (after !== undefined);
  return sum;
}

async function compare(
  repository: string,
  { contents, shelf, found, now }: CatchUpParts,
  signal: AbortSignal,
): Promise<Corrections> {
  // The records first: what is pushed meanwhile must not look as if it were gone.
  const known = new Map((await shelf.tags(repository)).map((one) => [one.tag, one]));
  const there = await contents.tags(repository, signal);
  if (there === undefined) return { found: 0, gone: 0 };
  const sum = { found: 0, gone: 0 };
  for (const tag of there) {
    const at = now();
    const manifest = await contents.manifest(repository, tag, signal);
    if (manifest === undefined || known.get(tag)?.digest === manifest.digest) continue;
    // Whose it is, the notification tells should it still come.
    await found({ repository, tag, ...manifest, by: "", at });
    sum.found += 1;
  }
  for (const { tag, pushedAt } of known.values()) {
    if (there.has(tag)) continue;
    await shelf.untagged(repository, tag, pushedAt);
    sum.gone += 1;
  }
  return sum;
}

/** When it is done. */
export interface CatchUpTimes {
  /** Milliseconds between rounds; an hour unless said otherwise. */
  readonly everyMs?: number | undefined;
  /** Milliseconds until another attempt while the registry is away; half a minute unless said otherwise. */
  readonly againMs?: number | undefined;
}

/** Catches up at once and then for as long as nobody says stop; the registry may come later than the gateway. */
export async function keepCaughtUp(
  parts: CatchUpParts & { readonly log: Log },
  signal: AbortSignal,
  { everyMs = 3_600_000, againMs = 30_000 }: CatchUpTimes = {},
): Promise<void> {
  let away = false;
  while (!signal.aborted) {
    let wait = everyMs;
    try {
      const { found, gone } = await catchUp(parts, signal);
      if (found + gone > 0) parts.log.info(`the registry's records were corrected: ${found} tags found, ${gone} gone`);
      away = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!away) parts.log.warn(`what lies in the site's registry could not be read: ${reasonOf(error)}`);
      away = true;
      wait = againMs;
    }
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}
