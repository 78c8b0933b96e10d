// Command lines as GNU getopt_long reads them up to the first word that is no option: short options in one word, values
// glued or apart, long names shortened while they stay clear. Knows no option by itself. Pure.

import { nearest } from "../base/nearest.ts";

/** One option. */
export interface OptionSpec {
  /** The first is its name for the reader; others mean the same. */
  readonly long: readonly [string, ...string[]];
  readonly short?: string;
  /** `optional`: a value only with `=`, or glued to the letter. */
  readonly value: "none" | "needed" | "optional";
}

/** An option as it was given; `value` is undefined where none was given. */
export interface GivenOption {
  readonly name: string;
  readonly value: string | undefined;
}

/** What a command line says. */
export interface ReadWords {
  readonly options: readonly GivenOption[];
  /** The first word that is no option, and all behind it. */
  readonly rest: readonly string[];
}

/** Reads the options. @throws what `bad` makes of a sentence */
export function readOptions(
  words: readonly string[],
  specs: readonly OptionSpec[],
  bad: (problem: string) => Error,
): ReadWords {
  const options: GivenOption[] = [];
  const left = [...words];
  while (left[0]?.startsWith("-") && left[0] !== "-") {
    const word = left.shift() ?? "";
    if (word === "--") break;
    const found = word.startsWith("--") ? [longOption(word.slice(2), specs, bad)] : shortOptions(word, specs, bad);
    for (const { spec, value, said } of found) {
      const taken = value ?? (spec.value === "needed" ? left.shift() : undefined);
      if (spec.value === "needed" && taken === undefined) throw bad(`the option ${said} needs a value`);
      options.push({ name: spec.long[0], value: taken });
    }
  }
  return { options, rest: left };
}

interface Found {
  readonly spec: OptionSpec;
  readonly value: string | undefined;
  readonly said: string;
}

function longOption(text: string, specs: readonly OptionSpec[], bad: (problem: string) => Error): Found {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? undefined : text.slice(at + 1);
  const said = `--${name}`;
  const spec = specNamed(name, specs, bad);
  if (spec.value === "none" && value !== undefined) throw bad(`the option ${said} takes no value`);
  return { spec, value, said };
}

function specNamed(name: string, specs: readonly OptionSpec[], bad: (problem: string) => Error): OptionSpec {
  const exact = specs.find(({ long }) => long.includes(name));
  if (exact) return exact;
  const begun = specs.filter(({ long }) => name !== "" && long.some((one) => one.startsWith(name)));
  const [only, second] = begun;
  if (only && !second) return only;
  if (only) throw bad(`--${name} may mean ${begun.map(({ long }) => `--${long[0]}`).join(" or ")}`);
  const meant = nearest(
    name,
    specs.flatMap(({ long }) => long),
  );
  throw bad(`unknown option --${name}${meant === undefined ? "" : `; did you mean --${meant}?`}`);
}

function shortOptions(word: string, specs: readonly OptionSpec[], bad: (problem: string) => Error): Found[] {
  const found: Found[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at] ?? "";
    const spec = specs.find(({ short }) => short === letter);
    if (!spec) throw bad(`unknown option -${letter}`);
    const rest = word.slice(at + 1);
    const value = spec.value === "none" || rest === "" ? undefined : rest;
    found.push({ spec, value, said: `-${letter}` });
    if (spec.value !== "none") break;
  }
  return found;
}
