// Reads registries.conf, version 2, and the folders of additions to it (containers-registries.conf(5)): prefixes,
// locations, mirrors, blocked and insecure registries. Short-name aliases and the search list are not used: a short
// name means the hub, everywhere.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { type Environment, firstOf } from "../../platform/user.ts";
import { asObject, type JsonObject } from "../json.ts";
import { fail } from "./errors.ts";
import { mergeRegistries, type RegistriesModel } from "./registries-model.ts";
import { parseRules } from "./registry-rules.ts";
import { siteRegistries } from "./site-registries.ts";

const SYSTEM = "/etc/containers";

/**
 * The rules of this machine and user: one main file (the user's stands in for the system's), then the additions of
 * the system and of the user; what `site.yaml` says wins over all of them.
 *
 * @throws E_REGISTRIES_CONF: a file that says what is blocked must not be passed over
 */
export async function loadRegistries(env: Environment, home: string, log: Log): Promise<RegistriesModel> {
  const user = join(firstOf(env, "XDG_CONFIG_HOME") ?? join(home, ".config"), "containers");
  const named = firstOf(env, "CONTAINERS_REGISTRIES_CONF");
  const mains = named ? [named] : [join(user, "registries.conf"), join(SYSTEM, "registries.conf")];
  const models: RegistriesModel[] = [];
  for (const path of mains) {
    const text = await readIfThere(path, path === named);
    if (text === undefined) continue;
    models.push(await parseRegistriesConf(text, path, log));
    break;
  }
  // A main file named by a variable stands alone, as for the other container tools.
  for (const dir of named ? [] : [join(SYSTEM, "registries.conf.d"), join(user, "registries.conf.d")]) {
    for (const path of await additions(dir)) {
      const text = await readIfThere(path, true);
      if (text !== undefined) models.push(await parseRegistriesConf(text, path, log));
    }
  }
  const site = await siteRegistries(env);
  return mergeRegistries(...models, ...(site ? [site] : []));
}

async function additions(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => []);
  return names
    .filter((name) => name.endsWith(".conf"))
    .sort()
    .map((name) => join(dir, name));
}

async function readIfThere(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (!required && ["ENOENT", "ENOTDIR"].includes(errnoOf(cause) ?? "")) return undefined;
    throw fail("E_REGISTRIES_CONF", { path, why: reasonOf(cause) }, { cause });
  }
}

/** Parses one file. @throws E_REGISTRIES_CONF */
export async function parseRegistriesConf(text: string, path: string, log: Log): Promise<RegistriesModel> {
  // Loaded only where there is a file: most pulls on most machines need no TOML.
  const { parse } = await import("smol-toml");
  let document: JsonObject;
  try {
    document = asObject(parse(text)) ?? {};
  } catch (cause) {
    throw fail("E_REGISTRIES_CONF", { path, why: (reasonOf(cause).split("\n")[0] ?? "").trim() }, { cause });
  }
  if (document["registries"] !== undefined) {
    throw fail("E_REGISTRIES_CONF", { path, why: "it is in version 1 of the format ([registries.…] tables)" });
  }
  const search = document["unqualified-search-registries"];
  if (Array.isArray(search) && search.length > 0 && !search.includes("docker.io")) {
    log.warn(`${path}: unqualified-search-registries is not used; a short name means docker.io`);
  }
  return { rules: parseRules(document["registry"] ?? [], path) };
}
