// The registries that a gateway pulls from, by the names that users write. Pure.

import type { Path } from "./config-document.ts";
import type { Findings } from "./findings.ts";
import type { GatewayConfig, LocationConfig } from "./gateway-config.ts";
import type { At } from "./resolve-systems.ts";
import type { GatewayFile } from "./site-schema.ts";

const HUB = "docker.io";

/** The registries and the one that is meant when none is named. */
export function resolveLocations(
  file: GatewayFile,
  at: At,
  found: Findings,
): Pick<GatewayConfig, "locations" | "defaultLocation"> {
  const written = file.registries ?? { [HUB]: {} };
  const locations = new Map<string, LocationConfig>();
  for (const [name, registry] of Object.entries(written)) {
    const path: Path = ["gateway", "registries", name];
    if (!/^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(name))
      found.wrong(path, "is no name of a registry", "names are the first part of what users pull, before the first /");
    const url = registry.url ?? `https://${name}`;
    if (!isBaseUrl(url))
      found.wrong(
        [...path, "url"],
        "is no address of a registry",
        "write https://host[:port], without a path and logins",
      );
    const caFile = registry.ca === undefined ? undefined : at(registry.ca);
    locations.set(name, { name, url: url.replace(/\/+$/, ""), caFile, authMethod: registry.auth ?? "token" });
  }
  const defaultLocation = file.defaultRegistry ?? defaultName(locations, found);
  if (!locations.has(defaultLocation))
    found.wrong(
      file.defaultRegistry === undefined ? ["gateway", "registries"] : ["gateway", "defaultRegistry"],
      `names ${defaultLocation}, which is not among registries`,
      `known: ${[...locations.keys()].join(", ")}`,
    );
  return { locations, defaultLocation };
}

function defaultName(locations: ReadonlyMap<string, LocationConfig>, found: Findings): string {
  const [first] = locations.keys();
  if (locations.has(HUB) || first === undefined) return HUB;
  if (locations.size > 1)
    found.odd(["gateway", "registries"], `has no default: ${first} is taken`, "say so by defaultRegistry");
  return first;
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const bare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return /^https?:$/.test(url.protocol) && url.hostname !== "" && /^\/*$/.test(url.pathname) && bare;
}
