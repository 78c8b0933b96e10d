// `x-berth: {idle: …}`: when nobody uses a service, and what follows.

import { BerthError } from "../../../base/errors.ts";
import type { IdleSpec } from "../../stack/types.ts";
import { parseWarmHours } from "../../stack/warm-hours.ts";
import { checkBerthKeys } from "../berth-keys.ts";
import { oneOrMore, oneOrMoreWords } from "../collections.ts";
import { amount, child, type Field, flag, oneOf, optional, text } from "../fields.ts";
import { duration } from "../measures.ts";
import type { Notebook } from "../notebook.ts";
import type { ServiceField } from "../reading.ts";

const SIGNALS = ["check-in", "requests", "connections", "cpu"] as const;

/** Reads when a service counts as unused. `idle: 2h` is short for `idle: {after: 2h}`. */
export function readIdle(field: Field | undefined, service: ServiceField): IdleSpec | undefined {
  if (field === undefined) return undefined;
  const { notebook } = service;
  notebook.place(`${service.pointer}/idle`, field.at);
  const short = field.node.kind === "scalar";
  if (!short && !checkBerthKeys(field, "idle", notebook)) return undefined;
  const get = (key: string) => (short ? undefined : child(field, key));
  const afterField = short ? field : get("after");
  if (afterField === undefined) notebook.error(field, "idle has no after", "write after: 2h");
  const afterMs = optional(afterField, duration, notebook);
  if (afterMs === undefined) return undefined;
  return {
    afterMs,
    action: optional(get("action"), oneOf(["stop", "pause", "none"]), notebook) ?? "stop",
    signals: signals(get("signals"), notebook) ?? ["requests", "connections"],
    cpuFloor: optional(get("cpu-floor"), amount, notebook),
    keepWarm: (optional(get("keep-warm"), oneOrMore, notebook) ?? []).flatMap((item) => hours(item, notebook) ?? []),
    wake: optional(get("wake"), flag, notebook) ?? true,
    wakeWith: optional(get("wake-with"), oneOf(["auto", "page", "hold", "retry"]), notebook) ?? "auto",
    holdMs: optional(get("hold"), duration, notebook) ?? 30_000,
    ignorePaths: optional(get("ignore-paths"), oneOrMoreWords, notebook) ?? [],
    ignoreAgents: optional(get("ignore-agents"), oneOrMoreWords, notebook) ?? [],
    quietConnectionMs: optional(get("quiet-connection"), duration, notebook),
    unknownMeans: optional(get("unknown-means"), oneOf(["active", "idle"]), notebook) ?? "active",
  };
}

function signals(field: Field | undefined, notebook: Notebook): IdleSpec["signals"] | undefined {
  return optional(field, oneOrMore, notebook)?.flatMap((item) => oneOf(SIGNALS)(item, notebook) ?? []);
}

function hours(field: Field, notebook: Notebook): string | undefined {
  const written = text(field, notebook)?.trim();
  if (written === undefined) return undefined;
  try {
    parseWarmHours(written);
    return written;
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    notebook.error(field, error.message, error.hint ?? "");
    return undefined;
  }
}
