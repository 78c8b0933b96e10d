// Checks requests against their schemas, strictly: a field that nobody knows is a refusal, as a misspelt `groups` must not
// open an image to everybody. Only what comes as text by its nature (path and query) is read as numbers and truths.

import { type TObject, type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";
import { fail } from "../errors.ts";

/** Where in a request something stands. */
type Part = "body" | "querystring" | "params" | "headers";

/** Checks one part of the requests of a route, in the form that the server wants. */
export type Check = (data: unknown) => { value: unknown } | { error: Error };

/** Makes the checks of the routes of an API whose schemas may refer to the named ones. */
export function checkerOf(
  named: readonly TObject[],
): (route: { readonly schema: unknown; readonly httpPart?: string | undefined }) => Check {
  const byName = new Map(named.map((schema) => [`${(schema as { readonly $id?: string }).$id}#`, schema as TSchema]));
  const context = Object.fromEntries(byName);
  return ({ schema, httpPart: part }) => {
    const { $ref } = schema as { readonly $ref?: string };
    const target = ($ref === undefined ? undefined : byName.get($ref)) ?? Type.Unsafe(schema as TSchema);
    const check = Compile(context, target);
    return (data) => {
      const value = part === "body" ? data : fromText(target, data ?? {});
      if (check.Check(value)) return { value };
      return { error: refusal((part ?? "body") as Part, check.Errors(value)) };
    };
  };
}

interface FieldSchema {
  readonly type?: unknown;
  readonly default?: unknown;
}

// Reads the texts of a path or query as what their fields are; what does not read as that stays, and is refused.
function fromText(schema: TSchema, data: object): unknown {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, FieldSchema>> };
  const value: Record<string, unknown> = { ...data };
  for (const [name, field] of Object.entries(properties)) {
    const read = readAs(field, value[name]);
    if (read !== undefined) value[name] = read;
  }
  return value;
}

function readAs({ type, default: fallback }: FieldSchema, text: unknown): unknown {
  if (text === undefined) return fallback;
  if (type === "integer" && typeof text === "string" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === "number" && typeof text === "string" && /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

interface Finding {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

const PLACES: Readonly<Record<Part, string>> = {
  body: "the body",
  querystring: "the query",
  params: "the path",
  headers: "the headers",
};

// The last finding is about the whole of what the ones before it complain about piece by piece.
function refusal(part: Part, findings: readonly Finding[]): Error {
  const last = findings.at(-1);
  const place = last?.instancePath ? `\`${last.instancePath.slice(1)}\` of ${PLACES[part]}` : PLACES[part];
  return fail("E_API_INVALID", { where: place, what: last ? words(last) : "is not right" });
}

function words({ keyword, params, message }: Finding): string {
  if (keyword === "additionalProperties" && "additionalProperties" in params) {
    return `has what nobody knows: ${String(params.additionalProperties)}`;
  }
  if (keyword === "enum" && "allowedValues" in params) return `must be one of: ${String(params.allowedValues)}`;
  return message;
}
