// The short way through a command line: flags by their table, then what is left. It knows only what is right; anything
// else (an unknown flag, a missing value, a call for help) is left to the full parser, which says what is wrong. It
// exists because loading the full parser costs more than the rest of `berth exec` together.

import type { Environment } from "../platform/user.ts";
import { type FlagSpec, type FlagValues, type GivenValues, resolveFlags } from "./flags.ts";

export interface QuickParse<T extends readonly FlagSpec[]> {
  readonly values: FlagValues<T>;
  /** The first word that is no flag, and everything behind it, as it stands. */
  readonly rest: readonly string[];
}

/** The flags at the beginning of `args`, or undefined when the full parser has to look at them. */
export function quickParse<const T extends readonly FlagSpec[]>(
  args: readonly string[],
  specs: T,
  env: Environment,
): QuickParse<T> | undefined {
  const given: Record<string, boolean | string | string[]> = {};
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (!word.startsWith("-") || word === "-") break;
    if (word === "--") {
      at += 1;
      break;
    }
    const flag = split(word, specs);
    if (!flag) return undefined;
    const { spec } = flag;
    if (spec.kind === "switch") {
      if (flag.value !== undefined) return undefined;
      given[spec.long] = true;
      continue;
    }
    if (flag.value === undefined) at += 1;
    const value = flag.value ?? args[at];
    if (value === undefined) return undefined;
    given[spec.long] = spec.kind === "list" ? [...((given[spec.long] as string[]) ?? []), value] : value;
  }
  return { values: resolveFlags(given as GivenValues, specs, env), rest: args.slice(at) };
}

function split(word: string, specs: readonly FlagSpec[]): { spec: FlagSpec; value?: string } | undefined {
  if (!word.startsWith("--")) {
    const spec = word.length === 2 ? specs.find(({ short }) => short === word[1]) : undefined;
    return spec && { spec };
  }
  const equals = word.indexOf("=");
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const spec = specs.find(({ long, aliases }) => long === name || aliases?.includes(name));
  if (!spec) return undefined;
  return equals < 0 ? { spec } : { spec, value: word.slice(equals + 1) };
}
