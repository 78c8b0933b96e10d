// Reads values of a JSON document, of which nothing is believed: every answer has its type, or the reading ends with the name of the
// property that is at fault.

export type Fields = Readonly<Record<string, unknown>>;

/** A document that is not what it must be; the message names the property. */
export class Unfit extends Error {}

const MAX_ENTRIES = 20_000;

/** An object; an empty one when it is left out. */
export function record(value: unknown, where: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Fields;
  throw new Unfit(`${where} is no object`);
}

/** A list; an empty one when it is left out. */
export function list(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Unfit(`${where} is no list`);
  if (value.length > MAX_ENTRIES) throw new Unfit(`${where} has more than ${MAX_ENTRIES} entries`);
  return value;
}

/** The objects of a list. */
export function records(value: unknown, where: string): readonly Fields[] {
  return list(value, where).map((entry, index) => {
    if (entry === undefined || entry === null) throw new Unfit(`${where}[${index}] is no object`);
    return record(entry, `${where}[${index}]`);
  });
}

/** A text without NUL. */
export function text(value: unknown, where: string): string {
  if (typeof value !== "string" || value.includes("\0")) throw new Unfit(`${where} is no text`);
  return value;
}

/** The texts of a list. */
export function texts(value: unknown, where: string): readonly string[] {
  return list(value, where).map((entry, index) => text(entry, `${where}[${index}]`));
}

/** A text, or nothing. */
export function optionalText(value: unknown, where: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, where);
}

/** True or false; false when it is left out. */
export function flag(value: unknown, where: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") throw new Unfit(`${where} is neither true nor false`);
  return value;
}

/** The number of a user or group. */
export function id(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32 - 1) return value;
  throw new Unfit(`${where} is no number of a user or group`);
}

/** A whole number within bounds. */
export function whole(value: unknown, where: string, low: number, high: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Unfit(`${where} is no whole number from ${low} to ${high}`);
}

/** An absolute path, normalised; `..` ends at the root, as in the container. */
export function absolutePath(value: unknown, where: string): string {
  const path = text(value, where);
  if (!path.startsWith("/") || path.length > 4_000) throw new Unfit(`${where} is no absolute path`);
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
