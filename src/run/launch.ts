// Hands a plan over to berth-launch or berth-join and is gone: the process becomes the launcher, and the launcher the payload.

import { rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { defineErrors, reasonOf } from "../base/errors.ts";
import { handOver } from "../platform/handover.ts";
import { ensureSubdir } from "./runtime-dir.ts";

const fail = defineErrors({
  E_EXECVE: { text: "cannot start {program}: {reason}", hint: "see berth doctor" },
  E_PLAN_WRITE: {
    text: "cannot write the launch plan {path}: {reason}",
    hint: "is the disk of the run-time folder full?",
  },
});

/** The launcher reads no environment; newuidmap and fusermount, which it may start, want a PATH. */
export const LAUNCHER_ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** Writes a plan to a file of its own, which the launcher removes (`--once`); answers its path. @throws E_PLAN_WRITE */
function writePlan(plan: Buffer, runtime: string): string {
  const path = `${ensureSubdir(runtime, "plans")}/${globalThis.crypto.randomUUID()}`;
  try {
    // A runtime of JavaScript marks every descriptor close-on-exec, so the plan goes by name.
    writeFileSync(path, plan, { mode: 0o600, flag: "wx" });
    return path;
  } catch (cause) {
    rmSync(path, { force: true });
    throw fail("E_PLAN_WRITE", { path, reason: reasonOf(cause) }, { cause });
  }
}

/** A program that becomes the launcher in its turn, and the variables it needs. */
export interface Intermediary {
  readonly before: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Replaces this process by the launcher with the given plan. Never returns.
 * @throws E_PLAN_WRITE, E_EXECVE
 */
export function becomeLauncher(launcher: string, plan: Buffer, runtime: string, by?: Intermediary): never {
  const path = writePlan(plan, runtime);
  const [first, ...before] = by?.before ?? [];
  const words = first === undefined ? [basename(launcher)] : [basename(first), ...before, launcher];
  const env = by?.env ?? LAUNCHER_ENVIRONMENT;
  try {
    // The counterpart of becoming the launcher: the front does, and this process is as gone as it would be.
    if (handOver(first ?? launcher, [...words, "--once", path], env)) process.exit(0);
    process.execve?.(first ?? launcher, [...words, "--once", path], env);
    throw new Error("this JavaScript runtime cannot replace its process");
  } catch (cause) {
    rmSync(path, { force: true });
    throw fail("E_EXECVE", { program: launcher, reason: reasonOf(cause) }, { cause });
  }
}
