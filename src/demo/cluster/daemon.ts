// A daemon of the cluster: a session of its own, so that ctrl-C ends the demo and not the daemons before it, and an end that comes
// with the demo's, however that ends.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readIfAny } from "../../platform/access.ts";

/** A program that runs until it is stopped. */
export interface Daemon {
  readonly pid: number;
  /** True until it has ended. */
  running(): boolean;
  /** Asks it to end, makes it end after ten seconds, and waits. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** How a daemon is started. */
export interface DaemonOptions {
  readonly env: Readonly<Record<string, string>>;
  /** What it says is added to this file. */
  readonly log: string;
}

/** The end of what was written to these files, in one line. */
export function lastWords(...files: readonly string[]): string {
  return files.map(readIfAny).join("\n").trim().split(/\n+/).slice(-3).join("; ");
}

const PATIENCE_MS = 10_000;

/** Starts a program. @throws what keeps it from being started */
export async function startDaemon(argv: readonly string[], { env, log }: DaemonOptions): Promise<Daemon> {
  const out = openSync(log, "a");
  // The kernel ends it when this process is gone, even by SIGKILL.
  const words = ["--pdeathsig", "KILL", "--", ...argv];
  const child = spawn("setpriv", words, { stdio: ["ignore", out, out], env: { ...env }, detached: true });
  closeSync(out);
  await once(child, "spawn");
  return {
    pid: child.pid ?? 0,
    running: () => isRunning(child),
    stop: (signal = "SIGTERM") => stop(child, signal),
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return;
  const exit = once(child, "exit");
  child.kill(signal);
  const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  await exit;
  clearTimeout(impatience);
}
