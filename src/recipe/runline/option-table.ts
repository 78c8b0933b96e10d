// Options of a program as data, one line each: "v,volume=" has a value, "r,rm" is a switch, "workdir=?" takes a value only
// when it is attached. Knows no program.

/** An option of a program. */
export interface KnownOption {
  readonly name: string;
  readonly value: "none" | "needed" | "attached";
}

/** The options of a program by everything they can be called. */
export interface OptionIndex {
  readonly short: ReadonlyMap<string, KnownOption>;
  readonly long: ReadonlyMap<string, KnownOption>;
}

/** How a program's option parser works. */
export type OptionStyle =
  /** Go's pflag: `-v=x` is `-v x`; options end at the first operand. */
  | "pflag"
  /** getopt_long: long names may be cut short as long as they are unique; `-v=x` has the value `=x`. */
  | "getopt";

/** Reads the lines of a table; names that come later mean the same as the last one, which is the manual's. */
export function indexOf(lines: readonly string[]): OptionIndex {
  const short = new Map<string, KnownOption>();
  const long = new Map<string, KnownOption>();
  for (const line of lines) {
    const [, names = "", mark = ""] = /^([^=]*)(=\??)?$/.exec(line) ?? [];
    const all = names.split(",");
    const name = all.at(-1) ?? "";
    const option: KnownOption = { name, value: mark === "" ? "none" : mark === "=" ? "needed" : "attached" };
    for (const one of all) (one.length === 1 ? short : long).set(one, option);
  }
  return { short, long };
}

/** The long option of this name; unique beginnings count for getopt. */
export function longOption({ long }: OptionIndex, name: string, style: OptionStyle): KnownOption | undefined {
  const exact = long.get(name);
  if (exact || style === "pflag" || name === "") return exact;
  const found = new Set([...long].filter(([known]) => known.startsWith(name)).map(([, option]) => option));
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
