// The server's log: one JSON object a line. Knows where lines go and what must never be in one.

import { type DestinationStream, type Logger, pino } from "pino";
import type { LogLevel } from "../site/server-config.ts";

export type { Logger } from "pino";

// The last fence: nothing is logged that holds one of these on purpose.
const SECRETS = ["authentication", "authorization", "password", "secret", "token", "cookie", "registries"];

/** A log that writes to `destination`. */
export function makeLogger(level: LogLevel, destination: DestinationStream): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const serializers = { err: describeError };
  return pino({ level, base: null, redact: { paths, censor: "[hidden]" }, serializers }, destination);
}

// The stack is for mistakes of berth's own; those of others have a code and a sentence.
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { readonly code?: unknown };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (typeof code === "string" && code.startsWith("E_")) return { code, message: error.message, ...cause };
  return { code, message: error.message, stack: error.stack, ...cause };
}
