// What the parts of a proxy share while it runs: the clock, what is told to the server, the regular look at everything that
// is under way.

import type { Crowd, Member } from "../base/crowd.ts";
import type { BackendPool } from "./backend/pool.ts";
import type { Trust } from "./client/origin.ts";
import type { ProxyMessage, ProxySignOn } from "./types.ts";

/** Something under way that may take too long. */
export interface Watched extends Member {
  check(now: number): void;
}

/** Of the whole process. */
export interface Surroundings {
  readonly settings: ProxySettings;
  readonly trust: Trust;
  now(): number;
  tell(message: ProxyMessage): void;
  /** Everything in it is looked at several times a second: cheaper than a timer for each request. */
  readonly watched: Crowd<Watched>;
  /** A backend that drains or is gone has no more requests. */
  released(pool: BackendPool): void;
  /** True: connections are not to be used again. */
  ending(): boolean;
  signOn(): ProxySignOn | undefined;
  /** Undefined: nobody keeps one. */
  readonly log: ((entry: AccessEntry) => void) | undefined;
}

/** How patient it is; milliseconds and bytes. */
export interface ProxySettings {
  /** Until a client has sent the whole head of a request. */
  readonly headMs: number;
  /** Without a byte of a request's body, or without the client taking one of an answer. */
  readonly stallMs: number;
  /** Bytes a second that a body must come with on average, after the first `stallMs`. */
  readonly bodyRate: number;
  /** Of unused connections of clients. */
  readonly idleMs: number;
  readonly headBytes: number;
  /** Requests that found no backend that can be reached wait so long for one. */
  readonly patienceMs: number;
  readonly connections: number;
  /** Between two reports of use. */
  readonly reportMs: number;
  /** The folder of the control socket may be gone so long; then the proxy ends. */
  readonly forsakenMs: number;
  /** Port in redirects to TLS. */
  readonly publicHttpsPort: number;
  /** Of a route's limits, what this process may use: 1 divided by the number of processes. */
  readonly share: number;
}

export const DEFAULT_SETTINGS: ProxySettings = {
  headMs: 20_000,
  stallMs: 60_000,
  bodyRate: 100,
  idleMs: 75_000,
  headBytes: 32 * 1024,
  patienceMs: 2_000,
  connections: 20_000,
  reportMs: 5_000,
  forsakenMs: 60_000,
  publicHttpsPort: 443,
  share: 1,
};

/** A line of the access log. Never holds a query, a cookie or a credential. */
export interface AccessEntry {
  readonly time: string;
  readonly client: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly version: string;
  readonly status: number;
  readonly ms: number;
  readonly sent: number;
  readonly received: number;
  readonly route?: string | undefined;
  readonly backend?: string | undefined;
  readonly user?: string | undefined;
  readonly agent?: string | undefined;
}
