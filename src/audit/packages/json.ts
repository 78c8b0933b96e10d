// Shapes of untrusted JSON values beside those of ../../oci/json.ts: what is not of the form is empty, never an exception.

import { asObject, type JsonObject } from "../../oci/json.ts";

/** The value as a list; empty for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The objects of a list, others left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value).flatMap((item) => {
    const object = asObject(item);
    return object ? [object] : [];
  });
}
