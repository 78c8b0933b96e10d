// Starts the process that evaluates Rego policies, and ends it when it takes too long.

import { execFile } from "node:child_process";
import { ownProgram } from "../gateway/work/run-job.ts";
import type { RegoAnswer, RegoRequest } from "../lint/custom/rego-work.ts";
import { fail } from "../lint/errors.ts";
import type { Context } from "./context.ts";

const TIME_LIMIT_MS = 5_000;
const MOST_BYTES = 64 << 20;

/** What policies answer. @throws E_LINT_ENGINE */
export function askRego(request: RegoRequest, { env, signal }: Pick<Context, "env" | "signal">): Promise<RegoAnswer> {
  const [program = "", ...words] = [...ownProgram(), "rego-job"];
  const options = {
    ...{ env: env as NodeJS.ProcessEnv, signal, timeout: TIME_LIMIT_MS, maxBuffer: MOST_BYTES },
    killSignal: "SIGKILL" as const,
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, words, options, (error, output, errors) => {
      if (!error) return resolve(JSON.parse(output) as RegoAnswer);
      const why = error.killed ? "a policy took too long" : errors.trim().split("\n")[0] || error.message;
      reject(
        signal.aborted
          ? signal.reason
          : fail("E_LINT_ENGINE", { engine: "Rego", why, hint: "try the policy with opa eval" }),
      );
    });
    // Its end is told by the callback.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(JSON.stringify(request));
  });
}
