// The policy part of the site's `site.yaml` as a layer, for machines where the site has no policy file of its own.

import { dirname, resolve } from "node:path";
import { configPlaces } from "../../site/config-places.ts";
import { readSiteFileIfAny } from "../../site/read-config.ts";
import { fail } from "../errors.ts";
import type { Whose } from "./config-files.ts";
import type { ConfigLayer } from "./config-layer.ts";
import type { LintFile } from "./lint-schema.ts";

/** The layer; undefined when there is no such file, when it says nothing of policies, or when only the server may read it. */
export async function siteLayer(
  { env, user }: Whose,
  part: "services" | "gateway" = "services",
): Promise<ConfigLayer | undefined> {
  const path = configPlaces(env).site;
  const file = await readSiteFileIfAny(path, { env, user });
  const policy = file?.[part]?.policy;
  if (!policy) return undefined;
  const { profile, severities, practices } = policy;
  const value: LintFile = {
    ...practices,
    ...(profile === undefined ? {} : { profile }),
    ...(severities === undefined ? {} : { rules: severities }),
  };
  return {
    name: path,
    folder: resolve(dirname(path)),
    value,
    remarks: [],
    originOf: () => `${path}: ${part}.policy`,
    failureOf: ([problem]) =>
      fail("E_LINT_CONFIG", { file: path, problems: `${path}: ${part}.policy: ${problem?.message ?? ""}` }),
  };
}
