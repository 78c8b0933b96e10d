// The registries that berth's own site file speaks of: the list `registry` of site.yaml, with the keys of registries.conf.

import { readFile } from "node:fs/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { type Environment, firstOf } from "../../platform/user.ts";
import { asObject } from "../json.ts";
import { fail } from "./errors.ts";
import type { RegistriesModel } from "./registries-model.ts";
import { parseRules } from "./registry-rules.ts";

const SITE_FILE = "/etc/berth/site.yaml";

/** The site's rules; undefined where there is no site file. `BERTH_SITE` names another file. @throws E_REGISTRIES_CONF */
export async function siteRegistries(env: Environment): Promise<RegistriesModel | undefined> {
  const named = firstOf(env, "BERTH_SITE");
  const path = named ?? SITE_FILE;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (named === undefined && ["ENOENT", "ENOTDIR"].includes(errnoOf(cause) ?? "")) return undefined;
    throw fail("E_REGISTRIES_CONF", { path, why: reasonOf(cause) }, { cause });
  }
  return parseSiteRegistries(text, path);
}

/** Parses the text of a site file. @throws E_REGISTRIES_CONF */
export async function parseSiteRegistries(text: string, path: string): Promise<RegistriesModel> {
  const { parseDocument } = await import("../../base/yaml.ts");
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw fail("E_REGISTRIES_CONF", { path, why: error.message.split("\n")[0] });
  return { rules: parseRules(asObject(document.toJS({ maxAliasCount: 100 }))?.["registry"] ?? [], path) };
}
