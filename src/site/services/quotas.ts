// The part `services.quotas` of site.yaml: how much people and groups may have, unless they were given other limits.

import { type Static, Type } from "typebox";
import { bytesOf } from "../findings.ts";
import { about, closed, count, optional, size } from "../schema-words.ts";

const amounts = (description: string) =>
  optional(
    Type.Object(
      {
        stacks: count("stacks", 0),
        services: count("services of all stacks together", 0),
        memory: size("memory limits of all containers together", "64G"),
        cpus: optional(Type.Number({ minimum: 0, ...about("CPU limits of all containers together", 16) })),
        ports: count("published ports", 0),
        secrets: count("secrets", 0),
      },
      { ...closed, ...about(description) },
    ),
  );

/** What may stand under `services.quotas`. */
export const QUOTAS_SCHEMA = Type.Object(
  {
    user: amounts("of everybody without limits of his own; what is left out is unlimited"),
    group: amounts("of every group (the tag group of stacks) without limits of its own"),
  },
  { ...closed, ...about("how much people and groups may have") },
);

/** Amounts of things; undefined: unlimited, or not counted. */
export interface Amounts {
  readonly stacks?: number | undefined;
  readonly services?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly ports?: number | undefined;
  readonly secrets?: number | undefined;
}

/** Limits of those who have none of their own. */
export interface QuotasConfig {
  readonly user: Amounts;
  readonly group: Amounts;
}

/** Completes the part. */
export function resolveQuotas(file: Static<typeof QUOTAS_SCHEMA> = {}): QuotasConfig {
  return { user: readAmounts(file.user), group: readAmounts(file.group) };
}

function readAmounts({ memory, ...others }: NonNullable<Static<typeof QUOTAS_SCHEMA>["user"]> = {}): Amounts {
  return { ...others, memoryBytes: bytesOf(memory) };
}
