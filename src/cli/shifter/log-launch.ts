// Tells the site's log of launches without set-up, where the site asks for it. Loaded only there.

import { allowedLaunch, LOG_SOCKET, recordDatagram } from "../../batch/record/launch-record.ts";
import { sendRecord } from "../../batch/record/send.ts";
import type { BatchLaunch } from "../../batch/types.ts";
import { readIfAny } from "../../platform/access.ts";
import type { Environment } from "../../platform/user.ts";
import type { LaunchPlan } from "../../run/launch-plan.ts";
import type { Context } from "../context.ts";

/** What the launcher sends when it has come to start the program. */
export function allowedRecord(launch: BatchLaunch, env: Environment): NonNullable<LaunchPlan["record"]> {
  const record = allowedLaunch(launch, where(env));
  return { socket: socketOf(env), text: recordDatagram(record, { pid: process.pid, now: new Date() }) };
}

/** Sends that the caller was refused; nobody waits for it. */
export function logRefusal(code: string, { env, user }: Context, asked: string | undefined): void {
  const { name, uid } = user;
  sendRecord(
    { ...where(env), verdict: "refused", user: name, uid, image: undefined, asked, reason: code },
    socketOf(env),
  );
}

function where(env: Environment) {
  const node = readIfAny("/proc/sys/kernel/hostname").trim();
  return { by: "user", job: env["SLURM_JOB_ID"], node } as const;
}

// It is the user's own word in any case: he may say it elsewhere.
function socketOf(env: Environment): string {
  return env["BERTH_LOG_SOCKET"] || LOG_SOCKET;
}
