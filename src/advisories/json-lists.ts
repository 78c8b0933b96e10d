// Lists in JSON that strangers wrote: what is in them of one kind, and nothing where there is no list.

import { asObject, type JsonObject } from "../oci/json.ts";

/** The objects of a list. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): readonly JsonObject[] => {
    const object = asObject(one);
    return object ? [object] : [];
  });
}

/** The strings of a list. */
export function stringsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
