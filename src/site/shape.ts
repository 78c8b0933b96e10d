// Compares a value with its schema and says in words for people what does not fit: which key, what stands there, what to
// write. It reads the part of JSON Schema that the schemas of this room use; a test holds it equal to the library's check.

import type { TSchema } from "typebox";
import type { Path } from "./config-document.ts";
import { fitsNumber, fitsText, type JsonSchema, type Misfit, missing, unknown, wrong } from "./misfit.ts";

/** Everything in which `value` differs from what `schema` says. */
export function misfits(schema: TSchema, value: unknown): readonly Misfit[] {
  return compare(schema as JsonSchema, value, []);
}

function compare(schema: JsonSchema, value: unknown, path: Path): readonly Misfit[] {
  if (schema.anyOf) return anyMisfits(schema, schema.anyOf, value, path);
  if ("const" in schema) return value === schema.const ? [] : [wrong(schema, value, path)];
  switch (schema.type) {
    case "object":
      return isObject(value) ? objectMisfits(schema, value, path) : [wrong(schema, value, path)];
    case "array":
      return Array.isArray(value) ? listMisfits(schema, value, path) : [wrong(schema, value, path)];
    case "string":
      return typeof value === "string" && fitsText(schema, value) ? [] : [wrong(schema, value, path)];
    case "integer":
    case "number":
      return fitsNumber(schema, value) ? [] : [wrong(schema, value, path)];
    case "null":
      return value === null ? [] : [wrong(schema, value, path)];
    case "boolean":
      return typeof value === "boolean" ? [] : [wrong(schema, value, path)];
    default:
      return [];
  }
}

function objectMisfits(schema: JsonSchema, value: Readonly<Record<string, unknown>>, path: Path): readonly Misfit[] {
  const found: Misfit[] = [];
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) found.push(missing(schema, key, path));
  if (Object.keys(value).length < (schema.minProperties ?? 0)) found.push(wrong(schema, value, path));
  for (const [key, item] of Object.entries(value)) {
    const inner = schemaOf(schema, key);
    if (inner) found.push(...compare(inner, item, [...path, key]));
    else if (schema.additionalProperties === false) found.push(unknown(schema, key, path));
  }
  return found;
}

function schemaOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const pattern = Object.entries(schema.patternProperties ?? {}).find(([text]) => new RegExp(text).test(key));
  return pattern?.[1] ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
}

function listMisfits(schema: JsonSchema, value: readonly unknown[], path: Path): readonly Misfit[] {
  if (value.length < (schema.minItems ?? 0)) return [wrong(schema, value, path)];
  return value.flatMap((item, index) => compare(schema.items ?? {}, item, [...path, index]));
}

function anyMisfits(schema: JsonSchema, choices: readonly JsonSchema[], value: unknown, path: Path): readonly Misfit[] {
  const results = choices.map((choice) => ({ choice, found: compare(choice, value, path) }));
  if (results.some(({ found }) => found.length === 0)) return [];
  // The only alternative of the right kind is the one that was meant: its own words are the better ones.
  const meant = results.filter(({ choice }) => choice.type === typeOf(value) && !("const" in choice));
  const [only] = meant;
  if (only && meant.length === 1 && typeOf(value) !== "string") return only.found;
  return [wrong(schema, value, path)];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeOf(value) === "object";
}
