// The server's log: one JSON object a line. Knows where lines go and what must never be in one.

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { LogLevel } from "../site/server-config.ts";

export type { Logger } from "pino";

// The last fence: nothing is logged that holds one of these on purpose.
const SECRETS = new Set(["authentication", "authorization", "password", "secret", "token", "cookie", "registries"]);
const HIDDEN = "[hidden]";
const DEPTH = 4;

/** Where a log goes, to be ended when the process ends. */
export interface LogFile extends DestinationStream {
  /** Writes what is held. */
  end(): void;
}

/** Letters of lines that are gathered before they are written. */
const HELD_LETTERS = 16_384;
const HELD_MS = 200;
/** Bytes that wait for a reader who does not read; what comes after is lost. */
const WAITING_BYTES = 16 * 1024 * 1024;

/** Writes to an open file, lines gathered for a moment: one system call for each would cost more than their requests. */
export function logFile(fd: number): LogFile {
  const destination = pino.destination({ fd, sync: false, maxLength: WAITING_BYTES });
  // A full disk or a reader that went away must not end the server.
  destination.on("error", () => {});
  // Gathered here, since the destination copies all that it holds at every line.
  let lines: string[] = [];
  let letters = 0;
  const hand = () => {
    if (lines.length > 0) destination.write(lines.join(""));
    lines = [];
    letters = 0;
  };
  const timer = setInterval(hand, HELD_MS).unref();
  const end = () => {
    clearInterval(timer);
    process.off("exit", end);
    hand();
    destination.flushSync();
  };
  // The last lines of a server that fails are those that say why.
  process.on("exit", end);
  return {
    write(line) {
      lines.push(line);
      letters += line.length;
      if (letters >= HELD_LETTERS) hand();
    },
    end,
  };
}

/** A log that writes to `destination`. */
export function makeLogger(level: LogLevel, destination: DestinationStream): Logger {
  const formatters = { level: named, log: (line: object) => withoutSecrets(line, DEPTH) as Record<string, unknown> };
  const serializers = { err: describeError };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters, serializers }, destination);
}

// Not pino's own redaction: it costs more than all the rest of a line.
function withoutSecrets(value: object, depth: number): object {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    const shown = SECRETS.has(key) ? HIDDEN : isPlain(item) && depth > 0 ? withoutSecrets(item, depth - 1) : item;
    if (shown === item) continue;
    changed ??= { ...value };
    changed[key] = shown;
  }
  return changed ?? value;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Error);
}

const named = (level: string) => ({ level });

// The stack is for mistakes of berth's own; those of others have a code and a sentence.
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { readonly code?: unknown };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (typeof code === "string" && code.startsWith("E_")) return { code, message: error.message, ...cause };
  return { code, message: error.message, stack: error.stack, ...cause };
}
