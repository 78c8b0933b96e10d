// Uses of images, gathered and written five times a second: a lookup must not wait for a disk, and a hundred of them are
// one transaction. What a graceful stop flushes is all there is; a crash loses the last moment of a statistic.

import { setImmediate as breathe } from "node:timers/promises";
import { sql } from "kysely";
import { reasonOf } from "../../base/errors.ts";
import type { Store } from "../../store/store.ts";
import type { ImageName, ImageRecord } from "../types.ts";

// Seldom enough to gather, and often enough that little comes at once: five thousand rows in a row kept others waiting.
const PERIOD_MS = 200;
/** Lookups that are held; when more come within a period, they are written at once. */
const HELD = 5000;
/** Images or lookups in one statement; a millisecond or two, between which others are served. */
const CHUNK = 100;
/** Life counts in days: writing the same image's use more often than this many seconds changes nothing, and is felt. */
const GRAIN = 600;
/** Images whose last written use is remembered. */
const REMEMBERED = 200_000;

/** What batches need to know. */
export interface UsesOptions {
  readonly store: Store;
  /** Seconds since 1970 with fraction. */
  readonly now: () => number;
  /** Seconds that an image lives after its last use. */
  readonly life: () => number;
  readonly keepLookups: () => boolean;
  /** Hears of a batch that could not be written; it is kept and tried again. */
  readonly onFault: (reason: string) => void;
}

/** A lookup as a row: user name, uid, system, type, tag, image, time. */
type Row = readonly [string, number, string, string, string, string, number];

/** Gathers uses. Owns a timer as long as there is something to write. */
export class Uses {
  readonly #options: UsesOptions;
  readonly #written = new Map<number, number>();
  #images = new Set<number>();
  #lookups: Row[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: UsesOptions) {
    this.#options = options;
  }

  /** Remembers that the image was used, and by whom; nobody in particular leaves no lookup. */
  add(image: ImageRecord, name: ImageName, by: { readonly uid: number; readonly user: string } | undefined): void {
    const { life, keepLookups } = this.#options;
    const now = this.#options.now();
    const written = this.#written.get(image.key);
    if (written === undefined || Math.abs(now - written) > Math.min(GRAIN, life() / 100)) this.#images.add(image.key);
    if (by && keepLookups()) {
      // Beyond any need of a statistic: the database has been away for long, and memory is bounded.
      if (this.#lookups.length >= HELD * 20) this.#lookups.shift();
      this.#lookups.push([by.user, by.uid, name.system, name.itype, name.tag, image.id, now]);
    }
    if (this.#images.size === 0 && this.#lookups.length === 0) return;
    if (this.#lookups.length === HELD) this.#flushSoon();
    else this.#timer ??= setTimeout(() => this.#flushSoon(), PERIOD_MS).unref();
  }

  /** Writes everything that was gathered until now. @throws E_STORE_… ; what was not written is kept */
  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#write());
    this.#flushing = flushed.catch(() => {});
    return flushed;
  }

  #flushSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.flush().catch((error: unknown) => this.#options.onFault(reasonOf(error)));
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [images, lookups] = [[...this.#images], this.#lookups];
    this.#images = new Set();
    this.#lookups = [];
    try {
      while (images.length > 0) await this.#saveImages(images);
      while (lookups.length > 0) await this.#saveLookups(lookups);
    } catch (error) {
      for (const key of images) this.#images.add(key);
      this.#lookups = [...lookups, ...this.#lookups];
      this.#timer ??= setTimeout(() => this.#flushSoon(), PERIOD_MS).unref();
      throw error;
    }
  }

  // A transaction for each part: the end of a large one takes as long as the whole, and what is written is out of the way.
  async #saveImages(images: number[]): Promise<void> {
    const now = this.#options.now();
    const keys = images.slice(0, CHUNK);
    await this.#options.store.transaction((trx) =>
      trx
        .updateTable("images")
        .set({ last_use: now, expires: now + this.#options.life() })
        .where("key", "in", keys)
        .where("status", "=", "READY")
        .execute(),
    );
    images.splice(0, CHUNK);
    if (this.#written.size + keys.length > REMEMBERED) this.#written.clear();
    for (const key of keys) this.#written.set(key, now);
    await breathe();
  }

  async #saveLookups(lookups: Row[]): Promise<void> {
    const { store } = this.#options;
    await store.transaction((trx) => insertLookups(lookups.slice(0, CHUNK), store.kind).execute(trx));
    lookups.splice(0, CHUNK);
    await breathe();
  }
}

// One parameter for all of them: five thousand a second are worth the words.
function insertLookups(rows: readonly Row[], kind: Store["kind"]) {
  const json = JSON.stringify(rows);
  const source = kind === "sqlite" ? sql`json_each(${json})` : sql`jsonb_array_elements(cast(${json} as jsonb))`;
  return sql`insert into lookups (user_name, uid, system, itype, tag, image_id, at)
    select value->>0, cast(value->>1 as bigint), value->>2, value->>3, value->>4, value->>5,
      cast(value->>6 as double precision) from ${source}`;
}
