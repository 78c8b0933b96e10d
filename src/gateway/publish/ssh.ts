// Runs commands on another machine with patience: a connection that fails is tried again, one that is refused is not, and
// nothing waits for ever. What is told to people ends in ssh's own last line.

import { setTimeout as pause } from "node:timers/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { RemoteTransfer } from "../../site/gateway-config.ts";
import { fail } from "./errors.ts";
import type { Run, RunResult } from "./run-command.ts";
import { scpCommand, sshCommand } from "./ssh-commands.ts";

/** How long things may take. */
export interface Patience {
  /** Attempts to get a connection. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly pauseMs: number;
  /** Milliseconds for a command, and for the beginning of a copy. */
  readonly commandMs: number;
  /** Bytes per second: a copy that is slower on the whole is given up. */
  readonly slowest: number;
  /** Seconds for a connection to be made, and without a sign of life from the other side. */
  readonly connectSeconds: number;
}

export const USUAL_PATIENCE: Patience = {
  attempts: 4,
  pauseMs: 1000,
  commandMs: 120_000,
  slowest: 256 * 1024,
  connectSeconds: 20,
};

/** A machine that commands can be sent to. */
export interface Remote {
  readonly host: string;
  /** Milliseconds that a command may usually take. */
  readonly commandMs: number;
  /** Runs a POSIX shell script of one line with arguments; answers whatever its exit status is. */
  script(what: string, script: string, args: readonly string[], options: ScriptOptions): Promise<RunResult>;
  /** Copies a file of `bytes` bytes. @throws E_PUBLISH_… */
  copy(from: string, to: string, bytes: number, signal: AbortSignal): Promise<void>;
  /** The failure that a command's end stands for. */
  failure(what: string, result: RunResult): Error;
}

export interface ScriptOptions {
  readonly input?: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds, when it may take longer than commands usually do. */
  readonly timeoutMs?: number | undefined;
}

export interface RemoteParts {
  readonly log: Log;
  readonly run: Run;
  readonly patience: Patience;
}

/** Reaches the machine of a transfer. */
export function remote(transfer: RemoteTransfer, parts: RemoteParts): Remote {
  const reached = withOwnOptions(transfer, parts.patience);
  const { host } = transfer;
  const { commandMs, slowest } = parts.patience;
  return {
    host,
    commandMs,
    failure: (what, result) => failureOf(host, what, result),
    async script(what, script, args, { signal, input, timeoutMs = commandMs }) {
      // The login shell may be any; what it has to understand is one quoted line.
      const words = ["exec", "/bin/sh", "-c", `echo ${BEGINS}; ${script}`, "berth", ...args];
      const result = await insist(host, what, sshCommand(reached, words), { signal, input, timeoutMs }, parts);
      return { ...result, stdout: withoutGreeting(result.stdout) };
    },
    async copy(from, to, bytes, signal) {
      const timeoutMs = commandMs + (bytes / slowest) * 1000;
      const result = await insist(host, "copying", scpCommand(reached, from, to), { signal, timeoutMs }, parts);
      // What went wrong comes first, that it did last.
      if (result.code !== 0) throw failureOf(host, "copying", { ...result, stderr: firstLine(result.stderr) });
    },
  };
}

const BEGINS = "berth-begins";

// What the start-up files of an account print is not ours.
function withoutGreeting(stdout: string): string {
  const at = stdout.indexOf(`${BEGINS}\n`);
  return at < 0 ? "" : stdout.slice(at + BEGINS.length + 1);
}

// Behind the site's own: ssh keeps the first value of an option.
function withOwnOptions(transfer: RemoteTransfer, { connectSeconds }: Patience): RemoteTransfer {
  const own = ["BatchMode=yes", `ConnectTimeout=${connectSeconds}`, `ServerAliveInterval=${connectSeconds}`];
  const options = [...own, "ServerAliveCountMax=2"].flatMap((option) => ["-o", option]);
  return {
    ...transfer,
    sshOptions: [...transfer.sshOptions, ...options],
    scpOptions: [...transfer.scpOptions, "-q", ...options],
  };
}

type Attempt = ScriptOptions & { readonly timeoutMs: number };

async function insist(host: string, what: string, argv: readonly string[], attempt: Attempt, parts: RemoteParts) {
  const { attempts, pauseMs } = parts.patience;
  for (let tried = 1; ; tried += 1) {
    const result = await start(host, what, argv, attempt, parts.run);
    if (!isLost(result)) return result;
    const words = lastLine(result.stderr);
    if (isRefusal(result.stderr)) throw fail("E_PUBLISH_REFUSED", { host, words });
    if (tried >= attempts) throw fail("E_PUBLISH_UNREACHABLE", { host, attempts: tried, words });
    parts.log.warn(`${host} cannot be reached (${words}); trying again`);
    await pause(pauseMs * 2 ** (tried - 1), undefined, { signal: attempt.signal }).catch(() => undefined);
    attempt.signal.throwIfAborted();
  }
}

async function start(host: string, what: string, argv: readonly string[], attempt: Attempt, run: Run) {
  try {
    const result = await run(argv, attempt);
    if (result.late) throw fail("E_PUBLISH_SLOW", { host, what, seconds: Math.round(attempt.timeoutMs / 1000) });
    return result;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    throw fail("E_PUBLISH_REMOTE", { host, what, words: `${argv[0]} is not installed here (${reasonOf(error)})` });
  }
}

// 255 is ssh's own failure. scp says 1 for everything, so its words have to do.
function isLost({ code, stderr }: RunResult): boolean {
  return (
    code === 255 ||
    (code !== 0 && /^(scp: |lost connection|ssh: )?(Connection|lost connection|ssh: connect)/m.test(stderr))
  );
}

// Trying again would only fill the other side's log.
function isRefusal(stderr: string): boolean {
  return /Host key verification failed|Permission denied \(|REMOTE HOST IDENTIFICATION HAS CHANGED|Bad configuration option|command-line|Too many authentication failures|No such file or directory \(key\)|UNPROTECTED PRIVATE KEY/i.test(
    stderr,
  );
}

function failureOf(host: string, what: string, { code, stderr }: RunResult): Error {
  return fail("E_PUBLISH_REMOTE", { host, what, words: lastLine(stderr) || `it ended with status ${code}` });
}

function firstLine(text: string): string {
  return text.split("\n").find((line) => line.trim() !== "") ?? "";
}

function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return (lines.filter((line) => line !== "").at(-1) ?? "").slice(0, 300);
}
