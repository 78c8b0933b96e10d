// The recipe of a person's folder as it is sent: the compose files, those that they name, and those variables of the
// environment that they use. Secrets' files are never among them: only what the reader of compose files asks for is read.

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { defineErrors, errnoOf, reasonOf } from "../../base/errors.ts";
import type { SourceText } from "../../base/source.ts";
import type { Environment } from "../../platform/user.ts";
import type { StackWish } from "../../services/client/api-types.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";

const fail = defineErrors({
  E_RECIPE_NONE: {
    text: "{folder} has no compose file",
    hint: "name one by --file, or go to its folder: {names}",
    exit: 1,
  },
  E_RECIPE_READ: { text: "{path} cannot be read: {why}", exit: 1 },
  E_RECIPE_OUTSIDE: {
    text: "{path} is not below {folder}, the folder of the first compose file",
    hint: "all files of a recipe lie in one folder",
    exit: 1,
  },
  E_RECIPE_SIZE: { text: "the files of the recipe have more than {limit} letters together", exit: 1 },
  E_RECIPE_PAIR: { text: "{text} is no {what}", hint: "write {form}", exit: 1 },
});

/** Flags of commands that read a recipe. */
export const RECIPE_FLAGS = [
  {
    long: "file",
    short: "f",
    kind: "list",
    value: "file",
    env: [],
    help: "compose file; later ones are laid over the first",
  },
  { long: "profile", kind: "list", value: "name", env: [], help: "a profile of the file to be taken" },
  { long: "var", kind: "list", value: "NAME=VALUE", env: [], help: "value of a variable in the files" },
  { long: "tag", kind: "list", value: "KEY:VALUE", env: [], help: "a tag of the stack: owner:fred, group:csg" },
] as const satisfies readonly FlagSpec[];

const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"] as const;
const BESIDE = ["compose.override.yaml", "docker-compose.override.yml", "rancher-compose.yml"] as const;
const LIMIT = 4 * 1024 * 1024;

/** Collects what is sent. @throws E_RECIPE_… */
export async function readRecipe(
  flags: FlagValues<typeof RECIPE_FLAGS>,
  name: string | undefined,
  env: Environment,
): Promise<StackWish> {
  const paths = flags.file.length > 0 ? flags.file.map((path) => resolve(path)) : usualFiles(process.cwd());
  const folder = dirname(paths[0] ?? "");
  const compose = paths.map((path) => ({ name: below(folder, path), text: readText(path) }));
  const tags = Object.fromEntries(flags.tag.map((text) => pair(text, ":", "tag", "KEY:VALUE")));
  const given = Object.fromEntries(flags.var.map((text) => pair(text, "=", "variable", "NAME=VALUE")));
  const asked = await filesAskedFor(compose, folder, { profiles: flags.profile, variables: { ...env, ...given } });
  const files = [...compose, ...asked.files];
  if (files.reduce((sum, { text }) => sum + text.length, 0) > LIMIT) throw fail("E_RECIPE_SIZE", { limit: LIMIT });
  return {
    name: name ?? asked.name ?? labelOf(basename(folder)),
    files,
    compose: compose.map((file) => file.name),
    variables: { ...asked.variables, ...given },
    profiles: flags.profile,
    tags,
  };
}

function usualFiles(folder: string): readonly string[] {
  const main = NAMES.find((name) => existsSync(resolve(folder, name)));
  if (main === undefined) throw fail("E_RECIPE_NONE", { folder, names: NAMES.join(", ") });
  return [main, ...BESIDE.filter((name) => existsSync(resolve(folder, name)))].map((name) => resolve(folder, name));
}

// The reader is asked here as it will be at the server, so that what it needs, and nothing else, is sent.
async function filesAskedFor(
  compose: readonly SourceText[],
  folder: string,
  { profiles, variables }: { readonly profiles: readonly string[]; readonly variables: Environment },
) {
  const { readStack } = await import("../../recipe/compose/index.ts");
  const files = new Map<string, string>();
  const used = new Map<string, string>();
  const watched = new Proxy({} as Record<string, string>, {
    has: (_, key) => known(key) !== undefined,
    get: (_, key) => known(key),
    getOwnPropertyDescriptor(_, key) {
      const value = known(key);
      return value === undefined ? undefined : { value, configurable: true, enumerable: true };
    },
  });
  const known = (key: string | symbol) => {
    const value = typeof key === "string" ? variables[key] : undefined;
    if (typeof key === "string" && value !== undefined) used.set(key, value);
    return value;
  };
  const read = (path: string) => {
    const text = readIfThere(resolve(folder, path), folder);
    if (text !== undefined) files.set(path, text);
    return text;
  };
  const { spec } = readStack(compose, { read, profiles, variables: watched });
  const own = new Set(compose.map((file) => file.name));
  return {
    files: [...files].filter(([name]) => !own.has(name)).map(([name, text]) => ({ name, text })),
    variables: Object.fromEntries(used),
    name: spec?.name,
  };
}

function readIfThere(path: string, folder: string): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  below(realpathSync(folder), realpathSync(path));
  return readText(path);
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > LIMIT) throw fail("E_RECIPE_SIZE", { limit: LIMIT });
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    throw fail("E_RECIPE_READ", { path, why: reasonOf(cause) }, { cause });
  }
}

function below(folder: string, path: string): string {
  const name = relative(folder, path);
  if (name === "" || name.startsWith("..") || name.startsWith(sep)) throw fail("E_RECIPE_OUTSIDE", { path, folder });
  return name.split(sep).join("/");
}

function pair(text: string, between: string, what: string, form: string): readonly [string, string] {
  const at = text.indexOf(between);
  if (at < 1) throw fail("E_RECIPE_PAIR", { text, what, form });
  return [text.slice(0, at), text.slice(at + 1)];
}

function labelOf(folder: string): string {
  return (
    folder
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^[^a-z]+|-+$/g, "")
      .slice(0, 63) || "stack"
  );
}
