// One event of `GET /events`. Podman's words are turned into Docker's.

import { fields, number, text, textMap } from "./fields.ts";
import type { EngineEvent } from "./types.ts";

const KINDS = ["container", "image", "network", "volume"] as const;

/** Podman's word -> Docker's. */
const ACTIONS: Readonly<Record<string, string>> = { remove: "destroy", loadfromarchive: "load" };

/** Undefined for events of other things, and for what is none. */
export function parseEvent(answer: unknown): EngineEvent | undefined {
  const whole = fields(answer);
  const kind = KINDS.find((one) => one === whole["Type"]);
  if (!kind) return undefined;
  const actor = fields(whole["Actor"]);
  const attributes = textMap(actor["Attributes"]);
  const [word = ""] = text(whole["Action"]).split(":");
  const nanoseconds = number(whole["timeNano"]);
  return {
    at: nanoseconds > 0 ? Math.floor(nanoseconds / 1e6) / 1000 : number(whole["time"]),
    kind,
    action: ACTIONS[word] ?? word,
    // Podman has no id for what is known by its name.
    id: text(actor["ID"]) || attributes["name"] || "",
    attributes,
  };
}
