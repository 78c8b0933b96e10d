// What is asked about an image before it is published, and when it is pulled again. Part of ./types.ts.

import type { MadeImage } from "./types.ts";

/** The policy of the site, asked before an image is published (supplied by the policy room). */
export interface Judge {
  readonly name: string;
  /** False: at the moment it is not asked. */
  active?(): boolean;
  judge(image: MadeImage, signal: AbortSignal): Promise<Verdict>;
  /** Asked when an image that is there was pulled again; undefined: there is nothing to say. */
  again?(image: MadeImage, status: "READY" | "QUARANTINED", signal: AbortSignal): Promise<Verdict | undefined>;
}

export interface Verdict {
  readonly verdict: "accepted" | "refused" | "quarantined";
  readonly reason: string;
}
