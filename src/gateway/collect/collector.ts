// Collects garbage: images past their time, files that nothing refers to, blobs that nobody needs, old records. Everything
// is planned from what is there and done in steps that can be repeated; several servers may do it at once.

import { defineErrors } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Cache } from "../../oci/store/cache.ts";
import { removeEntries, sweepLeftovers } from "../../oci/store/cache-entries.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import { parseName } from "../publish/names.ts";
import type { Queue } from "../records.ts";
import type { Collected, ImageRecord, PublishedFile, Publisher } from "../types.ts";
import { neededBlobs } from "./needed-blobs.ts";
import { planBlobs, planFiles, type Retention, USUAL_RETENTION } from "./plan-collection.ts";
import { removeExpiring } from "./removal.ts";
import { type Clocks, steadyClock } from "./steady-clock.ts";

export interface CollectorParts {
  readonly catalog: Pick<
    GatewayCatalog,
    "list" | "byId" | "overdue" | "expiring" | "retire" | "setStatus" | "flush" | "trim" | "countGone" | "forgetGone"
  >;
  readonly queue: Pick<Queue, "unfinished">;
  readonly publisher: Pick<Publisher, "files" | "removeFiles" | "remove" | "exists">;
  /** The content store that pulls and the mirror fill. */
  readonly cache: Cache;
  /** Names of all systems. */
  readonly systems: () => Iterable<string>;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Seconds; the process's own clock unless said otherwise. */
  readonly monotonic?: Clocks["monotonic"] | undefined;
  /** Asked at every round; what it leaves out is as usual. */
  readonly retention?: (() => Partial<Retention>) | undefined;
  /** Newest lookups and events that stay. */
  readonly keep?: { readonly lookups: number; readonly events: number } | undefined;
}

/** Removes what may go of one system, and blobs that none needs; with `dryRun` only says what it would. @throws E_COLLECT_CLOCK */
export type Collector = (system: string, dryRun: boolean) => Promise<Collected>;

const fail = defineErrors({
  E_COLLECT_CLOCK: {
    text: "the gateway's clock was set by {seconds} seconds lately, so ages mean nothing: nothing was removed",
    hint: "it is believed again when it has kept its time for six hours, or when the server starts anew",
    http: 409,
  },
});

const NOBODY = { uid: null, user: "berth" };
const KEEP = { lookups: 1_000_000, events: 1_000_000 };

/** Makes the collector of a server. */
export function makeCollector(parts: CollectorParts): Collector {
  const { now, monotonic = () => performance.now() / 1000 } = parts;
  const jumped = steadyClock({ now, monotonic });
  let last: Promise<unknown> = Promise.resolve();
  const collect: Collector = async (system, dryRun) => {
    const seconds = Math.round(jumped());
    if (seconds !== 0) throw fail("E_COLLECT_CLOCK", { seconds });
    const round = new Round(parts, { ...USUAL_RETENTION, ...parts.retention?.() }, dryRun);
    // A system that cannot be reached does not keep the blobs.
    const files = await settled(round.system(system));
    const blobs = await round.blobs();
    const records = await round.records(system);
    if (!dryRun) await parts.catalog.trim(parts.keep ?? KEEP);
    if (files.error) throw files.error;
    const { expired, orphans, bytes } = files.value ?? { expired: [], orphans: [], bytes: 0 };
    return { expired, orphanFiles: orphans, blobs: blobs.count, records, bytes: bytes + blobs.bytes };
  };
  // One at a time: two would only count the same things twice.
  return (system, dryRun) => {
    const next = last.then(() => collect(system, dryRun));
    last = next.catch(() => undefined);
    return next;
  };
}

async function settled<T>(work: Promise<T>): Promise<{ readonly value?: T; readonly error?: unknown }> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** One collection. */
class Round {
  readonly #parts: CollectorParts;
  readonly #retention: Retention;
  readonly #dryRun: boolean;

  constructor(parts: CollectorParts, retention: Retention, dryRun: boolean) {
    this.#parts = parts;
    this.#retention = retention;
    this.#dryRun = dryRun;
  }

  async system(system: string) {
    const gone = await this.#expire(system);
    const orphans = await this.#orphans(system, new Set(gone.map(({ id }) => id)));
    return {
      expired: gone.map(({ id }) => id),
      orphans: orphans.map(({ name }) => name),
      bytes: sum(gone.map(({ bytes }) => bytes)) + sum(orphans.map(({ bytes }) => bytes)),
    };
  }

  async blobs(): Promise<{ readonly count: number; readonly bytes: number }> {
    const { cache, queue, catalog, systems, now } = this.#parts;
    const pulls = await queue.unfinished(undefined);
    const blobs = await cache.blobs.list();
    const state = { blobs, pulls, now: now(), retention: this.#retention };
    let gone = planBlobs({ ...state, needed: new Set() });
    if (gone.length > 0) {
      // Asked after the blobs were listed: an image that became READY in between is among them.
      const digests = new Set<string>();
      for (const system of systems()) for await (const { digest } of readyImages(catalog, system)) digests.add(digest);
      gone = planBlobs({ ...state, needed: await neededBlobs(cache.blobs, blobs, digests) });
    }
    if (!this.#dryRun) {
      const entries = gone.map((blob) => ({ ...blob, type: "blob" as const, name: blob.digest }));
      if (entries.length > 0) await removeEntries(cache, entries);
      await sweepLeftovers(cache, now() * 1000);
    }
    return { count: gone.length, bytes: sum(gone.map(({ size }) => size)) };
  }

  async records(system: string): Promise<number> {
    const { catalog, now } = this.#parts;
    const before = now() - this.#retention.records;
    return this.#dryRun ? catalog.countGone(system, before) : catalog.forgetGone(system, before);
  }

  async #expire(system: string): Promise<readonly ImageRecord[]> {
    const { catalog } = this.#parts;
    // Uses of the last second count.
    await catalog.flush();
    const overdue = await catalog.overdue(system);
    if (this.#dryRun) return [...(await catalog.expiring(system)), ...overdue];
    for (const image of overdue) await catalog.retire(image.key, NOBODY, { overdue: true });
    const gone: ImageRecord[] = [];
    for (const image of await catalog.expiring(system)) {
      this.#parts.signal.throwIfAborted();
      if (await removeExpiring(image, this.#parts)) gone.push(image);
    }
    return gone;
  }

  async #orphans(system: string, gone: ReadonlySet<string>): Promise<readonly PublishedFile[]> {
    const plan = (await this.#planFiles(system)).filter(({ name }) => !gone.has(parseName(name)?.id ?? ""));
    if (this.#dryRun || plan.length === 0) return plan;
    // Looked at once more, since a pull may have brought one of them back while all were looked at.
    const names = new Set(plan.map(({ name }) => name));
    const still = (await this.#planFiles(system)).filter(({ name }) => names.has(name));
    const { publisher, signal } = this.#parts;
    await publisher.removeFiles(
      system,
      still.map(({ name }) => name),
      signal,
    );
    return still;
  }

  async #planFiles(system: string): Promise<readonly PublishedFile[]> {
    const { catalog, queue, publisher, signal, now } = this.#parts;
    // In this order, so that a pull that ends in between has its image among the wanted.
    const pulls = await queue.unfinished(system);
    const files = await publisher.files(system, signal);
    const wanted = new Map<string, string>();
    for await (const { id, format } of readyImages(catalog, system)) wanted.set(id, format);
    for (const id of strangers(files, wanted)) {
      const image = await catalog.byId(system, id);
      if (image && image.status !== "EXPIRED") wanted.set(id, image.format);
    }
    return planFiles({ files, wanted, pulls, now: now(), retention: this.#retention });
  }
}

// A page at a time: all of a large system's images would not fit beside what the server has to remember.
async function* readyImages(catalog: Pick<GatewayCatalog, "list">, system: string): AsyncGenerator<ImageRecord> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await catalog.list({ system, limit: 500, after }, "all");
    yield* items;
    if (next === undefined) return;
    after = next;
  }
}

// Ids that are berth's and not READY.
function strangers(files: readonly PublishedFile[], wanted: ReadonlyMap<string, string>): ReadonlySet<string> {
  const names = files.flatMap(({ name }) => parseName(name) ?? []);
  return new Set(names.filter(({ id, ending }) => ending === "json" && !wanted.has(id)).map(({ id }) => id));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
