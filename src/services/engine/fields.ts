// Reading what an engine sent, field by field: an answer with a missing or strange field is read as far as it makes sense,
// because Docker's and Podman's answers differ in exactly that. Nothing here knows what the fields mean.

/** Longest text that is kept of one field. */
const MAX_TEXT = 64 * 1024;

export type Fields = Readonly<Record<string, unknown>>;

/** The object, or an empty one. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The text, or an empty one. */
export function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}

/** The finite number, or `otherwise`. */
export function number(value: unknown, otherwise = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** The list, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((one): one is string => typeof one === "string");
}

/** The texts of an object, by name. */
export function textMap(value: unknown): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  for (const [name, one] of Object.entries(fields(value))) if (typeof one === "string") kept.push([name, one]);
  return Object.fromEntries(kept);
}

/** Seconds since 1970 of an RFC 3339 time (to the millisecond); undefined for Go's zero time and for what is none. */
export function instant(value: unknown): number | undefined {
  const milliseconds = Date.parse(text(value));
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? undefined : milliseconds / 1000;
}

/** `sha256:…`, also where the engine leaves the algorithm out. */
export function imageDigest(value: unknown): string {
  const id = text(value);
  return /^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id;
}
