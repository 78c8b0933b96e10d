// Pieces that many schemas are made of. An object with a name of its own is written once, under that name (`$id`), and
// referred to by it: in the OpenAPI document, and in the types of the client that is made from it.

import { type Static, type TObject, type TSchema, type TUnsafe, Type } from "typebox";

/** Refers to a named schema. */
export function ref<T extends TObject>(schema: T): TUnsafe<Static<T>> {
  const { $id } = schema as { readonly $id?: string };
  if ($id === undefined) throw new TypeError("this schema has no name");
  return Type.Unsafe<Static<T>>({ $ref: `${$id}#` });
}

/** A named object whose every field is known. */
export function named<T extends Readonly<Record<string, TSchema>>>(name: string, description: string, fields: T) {
  return Type.Object(fields, { $id: name, description, additionalProperties: false });
}

/** A text from outside that ends up in records and logs: one line of them. */
export const line = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: "^[^\\x00-\\x1f\\x7f]*$", description });

export const text = (description: string) => Type.String({ description });
export const textOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ["string", "null"], description });
export const numberOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ["number", "null"], description });
export const count = (description: string) => Type.Integer({ minimum: 0, description });
export const seconds = (description: string) =>
  Type.Number({ description: `${description}; seconds since 1970 with fraction` });
export const secondsOrNull = (description: string) => numberOrNull(`${description}; seconds since 1970 with fraction`);
export const list = <T extends TSchema>(items: T, description: string) => Type.Array(items, { description });

/** One of some words. */
export function word<const W extends readonly string[]>(words: W, description: string): TUnsafe<W[number]> {
  return Type.Unsafe<W[number]>({ type: "string", enum: words, description });
}

/** A page of something. */
export function page<T extends TSchema>(name: string, items: T) {
  return named(name, "One page.", {
    items: Type.Array(items),
    next: Type.Optional(text("Sent as `after`, this yields the page after this one; absent: there is none.")),
  });
}

/** Parameters of everything that has pages. */
export const PAGING = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: "Items of a page." })),
  after: Type.Optional(line(2048, "`next` of the page before.")),
};
