// Where output is sent besides: what every way there offers.

import type { HeardLine } from "../collector.ts";

/** A way out. It never makes anybody wait: what cannot be sent soon is lost and counted. */
export interface Forwarder {
  send(heard: HeardLine): void;
  /** Lines lost so far. */
  readonly lost: number;
  close(): Promise<void>;
}
