// Runs a program as the calling user, groups and all, and hands on what it prints. Needs root.

import { type ChildProcess, spawn } from "node:child_process";
import { reasonOf } from "../../../base/errors.ts";
import { fail } from "./errors.ts";

/** Whose right to read counts. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  /** All group ids. */
  readonly groups: readonly number[];
}

export interface OutputOptions {
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which the file is given up. */
  readonly silentMs?: number;
}

const SILENT_MS = 120_000;

/**
 * What `argv` prints about the file `path`. It is started with the first byte that is asked for, and ended by who stops
 * asking.
 *
 * @throws E_IMPORT_ACCESS with its last words, E_IMPORT_RIGHTS, E_IMPORT_STALLED, the signal's reason
 */
export async function* outputAs(
  path: string,
  caller: Caller,
  argv: readonly string[],
  { signal, silentMs = SILENT_MS }: OutputOptions,
): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  const [program = "", ...args] = [...asCaller(caller), ...argv];
  const env = { PATH: "/usr/bin:/bin", LC_ALL: "C" };
  const child = spawn(program, args, { cwd: "/", env, stdio: ["ignore", "pipe", "pipe"] });
  const ending = endOf(child);
  // One that hangs in a file system cannot even be killed: it is left behind, not waited for.
  const stop = (error: Error) => child.stdout.destroy(error);
  const abort = () => stop(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
  const silence = () => stop(fail("E_IMPORT_STALLED", { path, seconds: Math.round(silentMs / 1000) }));
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(silence, silentMs);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      timer.refresh();
      yield chunk;
    }
    const { code, words } = await ending;
    if (code !== 0) throw refused(path, code, words);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    child.kill("SIGKILL");
  }
}

function asCaller({ uid, gid, groups }: Caller): readonly string[] {
  const all = groups.length === 0 ? ["--clear-groups"] : ["--groups", groups.join(",")];
  return ["setpriv", "--reuid", String(uid), "--regid", String(gid), ...all, "--no-new-privs", "--inh-caps=-all", "--"];
}

interface Ending {
  /** Exit status; why it could not be started; null: it was killed. */
  readonly code: number | string | null;
  /** The last of what it complained about. */
  readonly words: string;
}

function endOf(child: ChildProcess): Promise<Ending> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2000);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: reasonOf(error), words }));
    child.once("close", (code) => resolve({ code, words }));
  });
}

function refused(path: string, code: number | string | null, words: string): Error {
  const last = words.trim().split("\n").at(-1) ?? "";
  if (typeof code === "string" || last.startsWith("setpriv:"))
    return fail("E_IMPORT_RIGHTS", { reason: typeof code === "string" ? code : last });
  const reason = last.slice(last.lastIndexOf(": ") + 1).trim() || `it ended with ${code}`;
  return fail("E_IMPORT_ACCESS", { path, reason });
}
