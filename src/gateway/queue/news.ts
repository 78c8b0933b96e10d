// What the queue tells those who wait and watch. A claim that found nothing and a piece of work that came meanwhile must
// not miss each other, so news are counted.

import type { Store } from "../../store/store.ts";
import { CHANNEL } from "./parts.ts";

/** Listens to the store for one queue. */
export class QueueNews {
  readonly #store: Store;
  readonly #onCancelled: (id: string) => void;
  readonly #waiting = new Set<() => void>();
  readonly #watchers = new Set<(id: string) => void>();
  #unlisten: (() => void)[] = [];
  /** Counts what might be claimable. */
  #news = 0;
  /** The count when the last claim began. */
  #seen = 0;

  constructor(store: Store, onCancelled: (id: string) => void) {
    this.#store = store;
    this.#onCancelled = onCancelled;
  }

  /** A claim begins: what came before it, it will see. */
  claiming(): void {
    this.#listen();
    this.#seen = this.#news;
  }

  /** Resolves at news that came after the last claim began, after `ms`, or when the signal says so. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    this.#listen();
    if (signal.aborted || this.#news !== this.#seen) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#waiting.add(done);
    });
  }

  /** Calls back with the ids of pulls whose record changed. */
  watch(listener: (id: string) => void): () => void {
    this.#listen();
    // Not the listener itself: the same one may watch twice.
    const watcher = (id: string) => listener(id);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
    for (const done of [...this.#waiting]) done();
    this.#watchers.clear();
  }

  #listen(): void {
    if (this.#unlisten.length > 0) return;
    this.#unlisten = [
      this.#store.listen(CHANNEL.work, () => this.#work()),
      this.#store.listen(CHANNEL.pulls, (id) => void this.#changed(id)),
      // What is missed here, the next report's answer tells.
      this.#store.listen(CHANNEL.cancelled, (id) => id !== undefined && this.#onCancelled(id)),
    ];
  }

  #work(): void {
    this.#news += 1;
    for (const done of [...this.#waiting]) done();
  }

  async #changed(id: string | undefined): Promise<void> {
    if (this.#watchers.size === 0) return;
    const ids = id === undefined ? await this.#recent() : [id];
    for (const one of ids) for (const watcher of [...this.#watchers]) watcher(one);
  }

  // Something was missed: whatever may have changed is told again.
  async #recent(): Promise<readonly string[]> {
    const since = this.#store.now() - 60;
    const rows = await this.#store.db
      .selectFrom("pulls")
      .select("id")
      .where(({ eb, or }) => or([eb("finished_at", "is", null), eb("finished_at", ">", since)]))
      .execute()
      // The store is away again; when it comes back this is called again.
      .catch(() => []);
    return rows.map(({ id }) => id);
  }
}
