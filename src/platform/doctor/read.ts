// Small readings of files that may be missing: a machine that does not tell is a fact, not an error.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Text of a file; undefined when it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** A file that holds one whole number, as sysctls do. */
export function readNumber(path: string): number | undefined {
  const text = readText(path)?.trim();
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

export interface Outcome {
  /** Undefined when the program could not be started, or was ended. */
  readonly status: number | undefined;
  readonly stdout: string;
  /** Last line of standard error, or why the program did not start. */
  readonly reason: string;
}

const MOST_OUTPUT = 64 * 1024;

/** Runs a program for at most ten seconds; never throws for what the program does. */
export function attempt(program: string, args: readonly string[], signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const ends = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    const child = spawn(program, [...args], {
      stdio: ["ignore", "pipe", "pipe"],
      signal: ends,
      env: { PATH: PROGRAM_PATH, LC_ALL: "C" },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout = (stdout + chunk).slice(-MOST_OUTPUT);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk).slice(-MOST_OUTPUT);
    });
    child.on("error", (error) => {
      if (signal.aborted) reject(signal.reason);
      else
        resolve({
          status: undefined,
          stdout,
          reason: ends.aborted ? "it did not end within ten seconds" : error.message,
        });
    });
    child.on("close", (status) => resolve({ status: status ?? undefined, stdout, reason: lastLine(stderr) }));
  });
}

/** Where programs are looked for: the sbin folders are missing in many users' PATH. */
export const PROGRAM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
}
