// How much a route is used, as the idle rules want to know it: requests, what is open now, when it was used last.

import { Crowd, type Member } from "../../base/crowd.ts";
import type { RouteUse } from "../types.ts";

/** Something open that counts as use until it is closed. */
export interface OpenUse extends Member {
  /** When bytes last went by, milliseconds; kept by who moves them. */
  lastBytes: number;
}

/** The use of one route since the last report. */
export class UseCounter {
  readonly #open = new Crowd<OpenUse>();
  #requests = 0;
  #lastUse = 0;
  receivedBytes = 0;
  sentBytes = 0;
  failures = 0;

  /** Begins a use that counts. */
  begin(now: number): OpenUse {
    const use = { lastBytes: now, place: -1 };
    this.#open.add(use);
    this.#requests++;
    this.#lastUse = now;
    return use;
  }

  /** Ends it. */
  end(use: OpenUse, now: number, quietMs: number | undefined): void {
    if (!this.#open.delete(use)) return;
    // A connection that was quiet for long is no use at the moment it ends either.
    this.#lastUse = Math.max(this.#lastUse, isQuiet(use, now, quietMs) ? use.lastBytes : now);
  }

  /** What happened since the last call; undefined: nothing, and nothing is open. */
  report(route: string, now: number, quietMs: number | undefined): RouteUse | undefined {
    let open = 0;
    for (const use of this.#open.all()) {
      const quiet = isQuiet(use, now, quietMs);
      if (!quiet) open++;
      this.#lastUse = Math.max(this.#lastUse, quiet ? use.lastBytes : now);
    }
    const { receivedBytes, sentBytes, failures } = this;
    const idle = open === 0 && this.#open.size === 0 && this.#requests === 0;
    if (idle && receivedBytes + sentBytes + failures === 0) return undefined;
    const lastUse = Math.floor(this.#lastUse / 1000);
    const report = { route, requests: this.#requests, open, lastUse, receivedBytes, sentBytes, failures };
    this.#requests = this.receivedBytes = this.sentBytes = this.failures = 0;
    return report;
  }
}

function isQuiet(use: OpenUse, now: number, quietMs: number | undefined): boolean {
  return quietMs !== undefined && now - use.lastBytes > quietMs;
}
