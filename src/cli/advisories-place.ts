// Where the advisories are that a command uses: the flag, the variable, the site's configuration, else the user's own cache.

import type { KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineErrors } from "../base/errors.ts";
import { cacheDir, firstOf } from "../platform/user.ts";
import { publicKey, readPem } from "../signing/pem-key.ts";
import type { AdvisoriesConfig } from "../site/advisories.ts";
import { configPlaces } from "../site/config-places.ts";
import type { Context } from "./context.ts";

const fail = defineErrors({
  E_ADVISORIES_CONFIG: { text: "{file}: {why}", hint: "see docs/advisories.md", exit: 2 },
});

/** The store and what the site says of it. */
export interface AdvisoriesPlace {
  readonly root: string;
  /** Undefined: this machine has no site.yaml with a part `advisories`. */
  readonly site: AdvisoriesConfig | undefined;
  /** Whose signature the set must have; empty: nobody's. */
  readonly keys: readonly KeyObject[];
}

/** Finds the store. @throws E_ADVISORIES_CONFIG, E_KEY_FILE, E_SITE_… */
export async function advisoriesPlace(store: string | undefined, context: Context): Promise<AdvisoriesPlace> {
  const { env, user } = context;
  const site = await siteAdvisories(context);
  const named = store ?? firstOf(env, "BERTH_ADVISORIES");
  const own = join(cacheDir(env, user), "advisories");
  const keys = await Promise.all((site?.keyFiles ?? []).map(async (path) => publicKey(await readPem(path), path)));
  return { root: named === undefined ? (site?.path ?? own) : resolve(named), site, keys };
}

async function siteAdvisories({ env, user }: Context): Promise<AdvisoriesConfig | undefined> {
  const { site } = configPlaces(env);
  // A file that was named must be there; the usual one need not.
  if (!env["BERTH_SITE_CONFIG"] && !existsSync(site)) return undefined;
  const { readSiteFile } = await import("../site/read-config.ts");
  const file = await readSiteFile(site, { env, user });
  if (!file.advisories) return undefined;
  const { resolveSite } = await import("../site/resolve.ts");
  const { advisories, found } = resolveSite(file, { file: site, cwd: process.cwd(), env, user });
  const wrong = found.problems.find(({ path }) => path[0] === "advisories");
  if (wrong)
    throw fail("E_ADVISORIES_CONFIG", { file: site, why: wrong.kind === "wrong" ? wrong.message : wrong.kind });
  return advisories;
}
