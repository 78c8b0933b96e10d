// What nobody needs any more goes, now and then: sessions that ended, output of stacks that were removed long ago, webhooks of
// stacks that are gone.

import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { LogBook } from "../../services/logs/log-book.ts";
import type { Stacks } from "../../services/stacks/types.ts";
import type { Webhooks } from "../../services/webhooks/webhooks.ts";

export interface TidyParts {
  readonly sessions: () => { sweep(): Promise<void> };
  readonly logs: Pick<LogBook, "forget">;
  /** Seconds that the output of removed stacks is kept. */
  readonly keepRemovedSeconds: () => number;
  readonly webhooks: Pick<Webhooks, "forget">;
  readonly stacks: Pick<Stacks, "list">;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
}

const EVERY_MS = 10 * 60_000;
const PAGE = 1000;

/** Tidies up every ten minutes; the answer ends that, after what is under way. */
export function tidyPeriodically(parts: TidyParts, everyMs = EVERY_MS): () => Promise<void> {
  let tidying: Promise<void> | undefined;
  const timer = setInterval(() => {
    tidying ??= tidy(parts).finally(() => {
      tidying = undefined;
    });
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await tidying;
  };
}

/** Once. One thing that fails keeps nothing else from being done. */
export async function tidy({
  sessions,
  logs,
  keepRemovedSeconds,
  webhooks,
  stacks,
  now,
  log,
}: TidyParts): Promise<void> {
  const complain = (error: unknown) => log.warn(`tidying up: ${reasonOf(error)}`);
  await Promise.resolve()
    .then(() => sessions().sweep())
    .catch(complain);
  try {
    const at = now();
    const living = await namesOf(stacks);
    await webhooks.forget(living, at);
    await logs.forget(living, keepRemovedSeconds());
  } catch (error) {
    complain(error);
  }
}

async function namesOf({ list }: TidyParts["stacks"]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await list({}, { limit: PAGE, after });
    for (const { name } of page.items) names.add(name);
    if (page.next === undefined) return names;
    after = page.next;
  }
}
