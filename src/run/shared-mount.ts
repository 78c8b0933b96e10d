// One mount of an image file for all launches of a user on this machine. `berth-mount` serves it and unmounts when idle;
// here it is asked for.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { Environment, User } from "../platform/user.ts";
import { liveMount } from "./live-mount.ts";
import { ownProgram } from "./programs.ts";
import { ensureSubdir } from "./runtime-dir.ts";

const fail = defineErrors({
  E_SHARED_MOUNT: {
    text: "cannot mount {path}: {reason}",
    hint: "berth doctor says what this machine lacks; --unsquash runs the image without mounting it",
  },
});

/** Which image to mount, and under which name. */
export interface SharedMountRequest {
  readonly path: string;
  readonly offset: number;
  /** `mountName` of the image. */
  readonly name: string;
  readonly runtime: string;
  readonly squashfuse: string;
  readonly env: Environment;
  readonly user: Pick<User, "uid" | "gid">;
}

// Long enough for the steps of a job script, short enough not to keep a file busy for a day.
const IDLE_SECONDS = "900";
const TIMEOUT_MS = 30_000;

/** The mount of an image, started when there is none. @throws E_SHARED_MOUNT, E_PROGRAM */
export function sharedMount(request: SharedMountRequest): string {
  const live = liveMount(request.runtime, request.name);
  if (live !== undefined) return live;
  const dir = join(ensureSubdir(request.runtime, "mnt"), request.name);
  const args = [request.path, String(request.offset), dir, "--idle", IDLE_SECONDS, "--squashfuse", request.squashfuse];
  // In a user's namespace only the caller exists: any other owner would show as nobody. Real root sees the true owners.
  const { uid, gid } = request.user;
  if (uid !== 0) args.push("--uid", String(uid), "--gid", String(gid));
  const child = spawnSync(ownProgram("berth-mount", request.env), args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  if (child.status === 0) return dir;
  const reason =
    child.stderr?.trim() || child.error?.message || `berth-mount ended with ${child.status ?? child.signal}`;
  throw fail("E_SHARED_MOUNT", { path: request.path, reason });
}
