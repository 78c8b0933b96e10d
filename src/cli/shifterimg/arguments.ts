// The command line of `shifterimg`: what may be said, as a table, and what was said. Pure.

import { fail } from "./errors.ts";

/** Everything that `shifterimg` can be asked for; those of Shifter first. */
export const MODES = {
  images: { operands: "[PATTERN]", summary: "list the images that you may use" },
  lookup: { operands: "TYPE:TAG", summary: "print the id of an image" },
  pull: { operands: "TYPE:TAG", summary: "bring an image from its registry, and wait for it" },
  pullnb: { operands: "TYPE:TAG", summary: "the same without waiting" },
  login: { operands: "[LOCATION]", summary: "keep a login for a registry, or for the default one" },
  expire: { operands: "TYPE:TAG", summary: "remove an image (administrators)" },
  autoexpire: { operands: "", summary: "remove all images past their time (administrators)" },
  queue: { operands: "", summary: "list what is being pulled" },
  metrics: { operands: "", summary: "list the last lookups (administrators)" },
  import: { operands: "FILE TYPE:TAG", summary: "make an image of a file" },
  rm: { operands: "TYPE:TAG", summary: "remove an image of your own" },
  acl: { operands: "TYPE:TAG", summary: "show who may read an image, or set it by --user and --group" },
} as const satisfies Readonly<Record<string, { readonly operands: string; readonly summary: string }>>;

export type Mode = keyof typeof MODES;

const SWITCHES = {
  help: ["-h", "show this help"],
  verbose: ["-v", "show the gateway's answers"],
  version: ["-V", "print the version"],
  json: ["", "print the answer as JSON"],
  "legacy-exit": ["", "exit as Shifter's own program does: 0 after a failed pull, 1 after pullnb of a finished one"],
  "password-stdin": ["", "login: read the password from standard input"],
  "no-check": ["", "login: do not ask the registry"],
} as const;

const VALUES = {
  user: ["-u", "LIST", "users (names or ids, with commas between) who may read the image"],
  group: ["-g", "LIST", "groups who may read the image"],
  username: ["", "NAME", "login: your name at the registry"],
  format: ["", "FORMAT", "import: squashfs, sif, tar or oci; told from the file's name unless said"],
  limit: ["", "N", "metrics: how many"],
} as const;

type Switch = keyof typeof SWITCHES;
type Value = keyof typeof VALUES;

/** What was said on the command line. */
export interface Arguments {
  readonly mode: Mode;
  readonly operands: readonly string[];
  readonly switches: ReadonlySet<Switch>;
  readonly values: Readonly<Partial<Record<Value, string>>>;
}

/** Reads the command line; `help` and `version` need no mode. @throws E_SHIFTERIMG_USAGE */
export function readArguments(words: readonly string[]): Arguments | "help" | "version" {
  const switches = new Set<Switch>();
  const values: Partial<Record<Value, string>> = {};
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      continue;
    }
    const [, name = word, glued] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const asSwitch = named(SWITCHES, name);
    const asValue = named(VALUES, name);
    if (asSwitch !== undefined && glued === undefined) switches.add(asSwitch);
    else if (asValue !== undefined) values[asValue] = glued ?? valueAfter(words[++i], name);
    else throw fail("E_SHIFTERIMG_USAGE", { why: `unknown option ${word}` });
  }
  if (switches.has("help")) return "help";
  if (switches.has("version")) return "version";
  return withMode(operands, switches, values);
}

function withMode(words: readonly string[], switches: Arguments["switches"], values: Arguments["values"]): Arguments {
  const [mode, ...operands] = words;
  if (mode === undefined)
    throw fail("E_SHIFTERIMG_USAGE", { why: `no mode was given: one of ${Object.keys(MODES).join(", ")}` });
  if (!Object.hasOwn(MODES, mode)) throw fail("E_SHIFTERIMG_USAGE", { why: `there is no mode ${mode}` });
  const known = mode as Mode;
  const wanted = MODES[known].operands.split(" ").filter((word) => word !== "");
  const needed = wanted.filter((word) => !word.startsWith("["));
  if (operands.length < needed.length || operands.length > wanted.length)
    throw fail("E_SHIFTERIMG_USAGE", { why: `${mode} takes ${MODES[known].operands || "nothing more"}` });
  return { mode: known, operands, switches, values };
}

function named<const T extends Readonly<Record<string, readonly [string, ...string[]]>>>(table: T, word: string) {
  const found = Object.entries(table).find(
    ([long, [short]]) => word === `--${long}` || (short !== "" && word === short),
  );
  return found?.[0] as keyof T | undefined;
}

function valueAfter(word: string | undefined, name: string): string {
  if (word === undefined) throw fail("E_SHIFTERIMG_USAGE", { why: `${name} needs a value` });
  return word;
}

/** The help. */
export function usage(): string {
  const modes = Object.entries(MODES).map(([mode, { operands, summary }]) => [`${mode} ${operands}`, summary]);
  const switches = Object.entries(SWITCHES).map(([long, [short, help]]) => [`${short || "  "}  --${long}`, help]);
  const values = Object.entries(VALUES).map(([long, [short, value, help]]) => [
    `${short || "  "}  --${long} ${value}`,
    help,
  ]);
  const table = (rows: readonly (readonly (string | undefined)[])[]) =>
    rows.map(([left = "", right = ""]) => `  ${left.padEnd(26)}  ${right}`).join("\n");
  return `Usage: shifterimg [OPTION]... MODE [TYPE:TAG]\n\nModes:\n${table(modes)}\n\nOptions:\n${table([...switches, ...values])}\n`;
}
