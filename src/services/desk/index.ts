// The desk of services: one place that knows who may do what, and notes what was done.

import { liveDesk } from "./live-desk.ts";
import type { DeskParts } from "./parts.ts";
import { secretDesk } from "./secret-desk.ts";
import { siteDesk } from "./site-desk.ts";
import { stackDesk } from "./stack-desk.ts";
import type { ServicesDesk } from "./types.ts";

export type { DeskParts } from "./parts.ts";
export type { ServicesDesk, SignedIn } from "./types.ts";

/** The desk over the rooms behind it. */
export function makeServicesDesk(parts: DeskParts): ServicesDesk {
  return { stacks: stackDesk(parts), live: liveDesk(parts), secrets: secretDesk(parts), site: siteDesk(parts) };
}
