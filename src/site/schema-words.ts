// The words that the schemas of `site.yaml` are written in.

import { Type } from "typebox";
import { DURATION_PATTERN } from "./units.ts";

export const about = (description: string, ...examples: readonly unknown[]) => ({
  description,
  ...(examples.length > 0 ? { examples } : {}),
});

export const closed = { additionalProperties: false } as const;
export const optional = Type.Optional;
export const text = (description: string, ...examples: readonly unknown[]) =>
  optional(Type.String({ minLength: 1, ...about(description, ...examples) }));
export const list = (description: string, ...examples: readonly unknown[]) =>
  optional(Type.Array(Type.String({ minLength: 1 }), about(description, ...examples)));
export const flag = (description: string) => optional(Type.Boolean(about(description)));
export const count = (description: string, minimum = 1) => optional(Type.Integer({ minimum, ...about(description) }));

export const duration = (description: string, ...examples: readonly unknown[]) =>
  optional(
    Type.Union(
      [
        Type.Number({ minimum: 0, description: "a number of seconds" }),
        Type.String({ pattern: DURATION_PATTERN, description: "a time such as 300s, 5m, 12h, 90d or 90:00:00:00" }),
      ],
      about(description, ...examples),
    ),
  );

export const size = (description: string, ...examples: readonly unknown[]) =>
  optional(
    Type.Union(
      [
        Type.Integer({ minimum: 0, description: "a number of bytes" }),
        Type.String({
          pattern: "^\\d+(\\.\\d+)?\\s*[kKmMgGtT]?([iI]?[bB])?$",
          description: "a size such as 512M or 100G (powers of 1024)",
        }),
      ],
      about(description, ...examples),
    ),
  );

export const choice = <const T extends readonly string[]>(description: string, ...values: T) =>
  optional(
    Type.Union(
      values.map((value) => Type.Literal(value as T[number])),
      about(description),
    ),
  );

/** One of a few words, which its type names. */
export const words = <const T extends readonly string[]>(description: string, ...values: T) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      about(description),
    ),
  );
