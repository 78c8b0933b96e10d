// A flag is declared once, in a table: parsing, help, completion, documentation and the BERTH_* variables come from it.
// Apptainer's and Singularity's variables of the same key are read too (spec/apptainer.md 1.1), BERTH_* wins.

import { defineErrors } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";

/** One flag of a command. */
export interface FlagSpec {
  /** Long name without dashes; also the key of its value. */
  readonly long: string;
  readonly short?: string;
  /** A switch is true or false; a text takes one value; a list may be repeated and keeps the order. */
  readonly kind: "switch" | "text" | "list";
  /** What stands for the value in the help. */
  readonly value?: string;
  /** Variables' names without their prefix; default: the long name in capitals. Empty: no variable. */
  readonly env?: readonly string[];
  /** Further long names that mean the same. */
  readonly aliases?: readonly string[];
  readonly help: string;
  /** Works, but is not shown. */
  readonly hidden?: boolean;
}

/** The values that a table of flags yields. */
export type FlagValues<T extends readonly FlagSpec[]> = {
  readonly [S in T[number] as S["long"]]: S["kind"] extends "switch"
    ? boolean
    : S["kind"] extends "list"
      ? readonly string[]
      : string | undefined;
};

const fail = defineErrors({
  E_FLAG_VARIABLE: {
    text: 'failed to parse environment variable {name}: "{value}" is neither true nor false',
    hint: "set it to 1, true, yes, on, 0, false, no or off, or unset it",
  },
});

const PREFIXES = ["BERTH_", "APPTAINER_", "SINGULARITY_"] as const;

/** What the command line itself says, by long name. */
export type GivenValues = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

/** Completes what the command line says by the variables. @throws E_FLAG_VARIABLE */
export function resolveFlags<const T extends readonly FlagSpec[]>(
  given: GivenValues,
  specs: T,
  env: Environment,
): FlagValues<T> {
  const values: Record<string, unknown> = {};
  for (const spec of specs) values[spec.long] = flagValue(spec, given[spec.long], env);
  return values as FlagValues<T>;
}

function flagValue(spec: FlagSpec, given: unknown, env: Environment): boolean | string | undefined | readonly string[] {
  const variable = readVariable(spec, env);
  if (spec.kind === "list") return [...asList(given), ...(variable ? [variable.value] : [])];
  if (given !== undefined) return given as boolean | string;
  if (spec.kind === "text") return variable?.value;
  return variable === undefined ? false : asBoolean(variable);
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

function readVariable(spec: FlagSpec, env: Environment): Variable | undefined {
  const keys = spec.env ?? [spec.long.toUpperCase().replaceAll("-", "_")];
  for (const prefix of PREFIXES) {
    for (const key of keys) {
      const value = env[prefix + key];
      if (value) return { name: prefix + key, value };
    }
  }
  return undefined;
}

function asBoolean({ name, value }: Variable): boolean {
  if (/^(1|t|true|yes|y|on)$/i.test(value)) return true;
  if (/^(0|f|false|no|n|off)$/i.test(value)) return false;
  throw fail("E_FLAG_VARIABLE", { name, value });
}

function asList(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}
