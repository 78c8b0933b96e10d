// Flags of upgrades that say how containers are replaced, this once, other than the recipe has it.

import type { UpdateWish } from "../../services/client/api-types.ts";
import { parseDuration } from "../../site/units.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { fail, numberIn } from "./call.ts";

export const UPDATE_FLAGS = [
  { long: "batch", kind: "text", value: "number", env: [], help: "containers replaced at a time; 0: all at once" },
  { long: "interval", kind: "text", value: "duration", env: [], help: "pause between two batches: 10s, 2m" },
  { long: "start-first", kind: "switch", env: [], help: "start the new container before the old one is stopped" },
  { long: "stop-first", kind: "switch", env: [], help: "stop the old container before the new one starts" },
  { long: "confirm", kind: "switch", env: [], help: "keep the old containers, stopped, until you confirm" },
] as const satisfies readonly FlagSpec[];

/** What the flags say; nothing where they say nothing. @throws E_SERVICES_NUMBER, E_SERVICES_BOTH */
export function updateIn(flags: FlagValues<typeof UPDATE_FLAGS>): { readonly update?: UpdateWish } {
  const { interval, confirm } = flags;
  if (flags["start-first"] && flags["stop-first"])
    throw fail("E_SERVICES_BOTH", { one: "--start-first", other: "--stop-first" });
  const batch = numberIn(flags.batch, "number of containers");
  const intervalMs = interval === undefined ? undefined : parseDuration(interval);
  if (interval !== undefined && intervalMs === undefined)
    throw fail("E_SERVICES_NUMBER", { text: interval, what: "duration", hint: "write 10s or 2m" });
  const update: UpdateWish = {
    ...(batch === undefined ? {} : { batch }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(flags["start-first"] || flags["stop-first"] ? { startFirst: flags["start-first"] } : {}),
    ...(confirm ? { confirm } : {}),
  };
  return Object.keys(update).length === 0 ? {} : { update };
}
