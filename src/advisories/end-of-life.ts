// When the releases of distributions get their last update that costs nothing, as a list says that somebody has imported: it
// corrects the table of the policy, which berth brings along. Pure.

import type { Distribution } from "../audit/types.ts";
import { asObject, asString, type JsonObject, jsonObject } from "../oci/json.ts";

/** Day of the end (`2028-06-30`) by release, by the id of `/etc/os-release`. */
export type EndOfLifeTable = ReadonlyMap<string, ReadonlyMap<string, string>>;

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const MAX_RELEASES = 10_000;

/** The part `endOfLife` of a file: `{"endOfLife": {"debian": {"12": "2028-06-30"}}}`; undefined when there is none with a day. */
export function endOfLifeList(bytes: Uint8Array): JsonObject | undefined {
  const list = asObject(jsonObject(bytes)?.["endOfLife"]);
  const table = readEndOfLife(list);
  if (table.size === 0) return undefined;
  return Object.fromEntries([...table].map(([id, releases]) => [id, Object.fromEntries(releases)]));
}

/** The table that a list holds; what is no day is left out. */
export function readEndOfLife(stored: unknown): EndOfLifeTable {
  const table = new Map<string, ReadonlyMap<string, string>>();
  for (const [id, value] of Object.entries(asObject(stored) ?? {}).slice(0, MAX_RELEASES)) {
    const days = Object.entries(asObject(value) ?? {}).flatMap(([release, day]) => {
      const text = asString(day);
      return text !== undefined && DAY.test(text) ? [[release, text] as const] : [];
    });
    if (days.length > 0) table.set(id, new Map(days.slice(0, MAX_RELEASES)));
  }
  return table;
}

/** The day of the end of a distribution's release, by its whole number or the beginning of it; undefined: it is not told. */
export function endOfLifeOf(distribution: Distribution | undefined, table: EndOfLifeTable): string | undefined {
  const releases = distribution && table.get(distribution.id);
  const parts = distribution?.version?.split(".", 4) ?? [];
  for (let length = parts.length; releases && length > 0; length -= 1) {
    const day = releases.get(parts.slice(0, length).join("."));
    if (day !== undefined) return day;
  }
  return undefined;
}
