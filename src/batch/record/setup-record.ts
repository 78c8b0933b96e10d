// Tells the site's log of the set-up of a node: for whom and what, or why not. Loaded only where the site asks for it.

import { hostname } from "node:os";
import { BerthError } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import type { BatchLaunch } from "../types.ts";
import { allowedLaunch, LOG_SOCKET } from "./launch-record.ts";
import { sendRecord } from "./send.ts";

/** What is known of a set-up from the beginning. */
export interface AskedSetup {
  readonly uid: number;
  readonly user: string | undefined;
  readonly job: string;
  readonly image: { readonly asked: string };
}

/** Carries a set-up out and tells of it; one that was there already is not told of again. @throws what `act` throws */
export async function recordedSetup(
  { uid, user, job, image }: AskedSetup,
  env: Environment,
  act: (known: (launch: BatchLaunch) => void) => Promise<"done" | "there">,
): Promise<"done" | "there"> {
  const where = { by: "setup", job, node: hostname() } as const;
  const socket = env["BERTH_LOG_SOCKET"] || LOG_SOCKET;
  let launch: BatchLaunch | undefined;
  try {
    const done = await act((known) => {
      launch = known;
    });
    if (done === "done" && launch) sendRecord(allowedLaunch(launch, where), socket);
    return done;
  } catch (error) {
    const reason = error instanceof BerthError ? error.code : "E_UNKNOWN";
    const known = { user: launch?.person.name ?? user, uid, image: launch?.image.id, asked: image.asked, reason };
    sendRecord({ ...where, ...known, verdict: "refused" }, socket);
    throw error;
  }
}
