// Reads `<id>.meta` exactly as Shifter's C runtime does (spec/shifter.md 3.2, 6.1 and 10.2), its quirks included: so that
// existing files can be taken over, and to prove what is written.

/** What the runtime knows of an image. */
export interface Meta {
  readonly format: string | undefined;
  readonly entry: readonly string[];
  readonly cmd: readonly string[];
  readonly workdir: string | undefined;
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly env: readonly string[];
  /** Keys that the runtime would complain about. */
  readonly unknown: readonly string[];
}

/** Reads a file's text; undefined where the runtime would give up. */
export function readMeta(text: string): Meta | undefined {
  const values = new Map<string, string[]>();
  for (const [key, value] of pairs(text)) {
    if (key === "") return undefined;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const last = (key: string) => values.get(key)?.at(-1);
  const [entry, cmd] = [readWords(last("ENTRY") ?? ""), readWords(last("CMD") ?? "")];
  if (entry === undefined || cmd === undefined) return undefined;
  return {
    format: last("FORMAT"),
    entry,
    cmd,
    workdir: last("WORKDIR"),
    users: readIds(last("USERACL") ?? ""),
    groups: readIds(last("GROUPACL") ?? ""),
    env: values.get("ENV") ?? [],
    unknown: [...values.keys()].filter((key) => !KNOWN.has(key)),
  };
}

const KNOWN = new Set(["FORMAT", "ENTRY", "CMD", "WORKDIR", "USERACL", "GROUPACL", "ENV", "VOLUME"]);

/** Keys and values: split at the first colon, trimmed; `\` at a line's end joins the next with one space. */
function* pairs(text: string): Generator<readonly [string, string]> {
  let open: { readonly key: string; readonly parts: string[] } | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    if (open === undefined && colon < 0) continue;
    const { key, parts }: { readonly key: string; readonly parts: string[] } = open ?? {
      key: trim(line.slice(0, colon)),
      parts: [],
    };
    const piece = trim(open === undefined ? line.slice(colon + 1) : line);
    parts.push(trim(piece.replace(/\\$/, "")));
    open = piece.endsWith("\\") ? { key, parts } : undefined;
    if (open === undefined) yield [key, parts.join(" ")];
  }
  if (open) yield [open.key, open.parts.join(" ")];
}

// What isspace() takes for a blank.
function trim(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
}

/** The words of a list as Python prints it; any other value is one word. Undefined: a quote or bracket is missing. */
export function readWords(value: string): readonly string[] | undefined {
  if (value === "") return [];
  if (!/^\[u?'/.test(value)) return [value];
  const words: string[] = [];
  let rest = value.slice(1);
  for (;;) {
    const word = /^u?'([^']*)'/.exec(rest);
    if (!word) return undefined;
    words.push(word[1] ?? "");
    rest = rest.slice(word[0].length);
    if (rest.startsWith("]")) return words;
    const comma = /^, */.exec(rest);
    if (!comma) return undefined;
    rest = rest.slice(comma[0].length);
  }
}

/** Ids between commas; what is no number is passed over. */
export function readIds(value: string): readonly number[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => /^\d+$/.test(item))
    .map(Number);
}
