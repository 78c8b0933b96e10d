// What a proxy says, parsed: the socket is the server's own, yet its other end may be of another release.

import type { ProxyMessage, RouteUse } from "../../proxy/types.ts";
import { fail } from "./errors.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Parses a line; undefined: a kind that this release does not know. @throws E_ROUTES_MESSAGE */
export function parseMessage(line: string): ProxyMessage | undefined {
  const message = fieldsOf(parseJson(line));
  const { kind, config, listening } = message;
  switch (kind) {
    case "hello":
      return {
        kind,
        pid: count(message, "pid"),
        version: count(message, "version"),
        config: typeof config === "string" ? config : undefined,
        listening: Array.isArray(listening) ? listening.map(String) : undefined,
      };
    case "serving":
      return { kind, version: count(message, "version"), busy: list(message, "busy").map(busyOf) };
    case "wake":
      return { kind, route: text(message, "route") };
    case "backend":
      return { kind, route: text(message, "route"), backend: text(message, "backend"), ok: message["ok"] === true };
    case "trouble":
      return { kind, message: text(message, "message").slice(0, 1000) };
    case "use":
      return { kind, at: count(message, "at"), routes: list(message, "routes").map(useOf) };
    default:
      return undefined;
  }
}

function busyOf(item: unknown) {
  const busy = fieldsOf(item);
  return { backend: text(busy, "backend"), open: count(busy, "open") };
}

function useOf(item: unknown): RouteUse {
  const use = fieldsOf(item);
  return {
    route: text(use, "route"),
    requests: count(use, "requests"),
    open: count(use, "open"),
    lastUse: count(use, "lastUse"),
    receivedBytes: count(use, "receivedBytes"),
    sentBytes: count(use, "sentBytes"),
    failures: count(use, "failures"),
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw fail("E_ROUTES_MESSAGE", { why: "it is no JSON" });
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw fail("E_ROUTES_MESSAGE", { why: "it is no object" });
  return value as Fields;
}

function list(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw fail("E_ROUTES_MESSAGE", { why: `${key} is no list` });
  return value;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw fail("E_ROUTES_MESSAGE", { why: `${key} is no text` });
  return value;
}

function count(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number" || !(value >= 0)) throw fail("E_ROUTES_MESSAGE", { why: `${key} is no number` });
  return value;
}
