// Runs the container tools of the machine against a gateway that lives in the test's own process: never by waiting
// calls, which would keep the gateway from answering.

import { execFile } from "node:child_process";

/** What a client said. */
export interface Said {
  readonly status: number | null;
  readonly said: string;
}

/** Runs a program to its end; what takes longer than a minute is ended. */
export function run(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Said> {
  return new Promise((resolve) => {
    execFile(program, words, { env, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ status, said: stdout + stderr });
    });
  });
}

/** Runs skopeo with these words. */
export function skopeo(...words: string[]): Promise<Said> {
  return run("skopeo", ["--insecure-policy", ...words]);
}
