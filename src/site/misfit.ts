// What does not fit a schema, and the words for it: which key, what stands there, what to write instead. Pure.

import { nearest } from "../base/nearest.ts";
import { type Path, pathName } from "./config-document.ts";

/** The words of JSON Schema that are understood here. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One thing that does not fit. */
export interface Misfit {
  readonly kind: "unknown" | "missing" | "wrong";
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** True when a text has the length and the form that the schema wants. */
export function fitsText({ pattern, minLength = 0 }: JsonSchema, value: string): boolean {
  return value.length >= minLength && (pattern === undefined || new RegExp(pattern).test(value));
}

/** True for a number within the schema's limits. */
export function fitsNumber({ type, minimum = -Infinity, maximum = Infinity }: JsonSchema, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return (type === "number" || Number.isInteger(value)) && value >= minimum && value <= maximum;
}

/** A key that the schema does not have. */
export function unknown(schema: JsonSchema, key: string, path: Path): Misfit {
  const known = Object.keys(schema.properties ?? {});
  const meant = nearest(key, known);
  const hint = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean ${meant}?`;
  return { kind: "unknown", path: [...path, key], message: `${pathName([...path, key])} is not known`, hint };
}

/** A key that the schema demands. */
export function missing(schema: JsonSchema, key: string, path: Path): Misfit {
  const about = schema.properties?.[key];
  const hint = about?.description === undefined ? undefined : `${key}: ${about.description}`;
  return { kind: "missing", path, message: `${pathName([...path, key])} is missing`, hint };
}

/** A value of another kind than the schema wants. */
export function wrong(schema: JsonSchema, value: unknown, path: Path): Misfit {
  const name = path.length === 0 ? "the file" : pathName(path);
  return {
    kind: "wrong",
    path,
    message: `${name} must be ${wanted(schema)}, but is ${shown(value)}`,
    hint: cure(schema, value),
  };
}

/** The text that would be right, where it can be told from the wrong one. */
function cure(schema: JsonSchema, value: unknown): string | undefined {
  const choices = schema.anyOf ?? [schema];
  const is = (type: string) => choices.some((choice) => choice.type === type && !("const" in choice));
  if (typeof value === "string") {
    if (is("array")) return `write [${JSON.stringify(value)}]`;
    const bare = value.trim();
    if ((is("integer") || is("number")) && fitsNumber({ ...schema, type: "number" }, Number(bare || "x")))
      return `write ${bare} without quotes`;
    if (is("boolean") && /^(true|false)$/i.test(bare)) return `write ${bare.toLowerCase()} without quotes`;
  }
  if (is("string") && (typeof value === "number" || typeof value === "boolean"))
    if (choices.some((choice) => choice.type === "string" && fitsText(choice, String(value))))
      return `write "${String(value)}"`;
  const [example] = schema.examples ?? [];
  return example === undefined ? undefined : `write it like ${JSON.stringify(example)}`;
}

function wanted(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(wanted).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  // What a pattern means is said by its description only.
  if (schema.pattern !== undefined && schema.description !== undefined) return schema.description;
  return { ...KINDS, ...limits(schema) }[schema.type ?? ""] ?? "something else";
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a mapping of names to values",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "empty",
};

function limits({
  minimum,
  maximum,
  minItems,
  minProperties,
  minLength,
}: JsonSchema): Readonly<Record<string, string>> {
  const from = minimum ? ` from ${minimum}` : "";
  const to = maximum === undefined ? "" : ` to ${maximum}`;
  return {
    integer: `a whole number${from}${to}`,
    number: `a number${from}${to}`,
    ...(minItems ? { array: `a list of at least ${minItems}` } : {}),
    ...(minProperties ? { object: `a mapping of at least ${minProperties} name` } : {}),
    ...(minLength ? { string: "a text that is not empty" } : {}),
  };
}

function shown(value: unknown): string {
  if (typeof value === "string") return value.length > 80 ? "a long text" : `the text ${JSON.stringify(value)}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === null || value === undefined) return "empty";
  return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
}
