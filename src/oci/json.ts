// Reading JSON that strangers wrote: bytes to a plain object, and its fields one by one, each checked. Documents of
// this room are small and bounded by their callers.

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that UTF-8 JSON bytes describe; undefined when they describe anything else, or nothing. */
export function jsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A list of strings; undefined unless every item is one. */
export function asStrings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}

/** The string fields of an object, others left out; undefined when it has none. */
export function asStringMap(value: unknown): Readonly<Record<string, string>> | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  const entries = Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  // fromEntries defines properties, so a key "__proto__" stays a key.
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
