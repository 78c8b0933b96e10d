// The site's own registry, completed. Pure.

import { join } from "node:path";
import type { Findings } from "./findings.ts";
import type { LocationConfig } from "./gateway-config.ts";
import type { At } from "./resolve-systems.ts";
import type { SiteRegistryConfig } from "./server-config.ts";
import type { RegistryFile } from "./site-schema.ts";
import { parseListen } from "./units.ts";

/** The registry of a file; undefined when it has none. */
export function resolveRegistry(
  file: RegistryFile | undefined,
  state: string,
  at: At,
  found: Findings,
): SiteRegistryConfig | undefined {
  if (file === undefined) return undefined;
  const backend = parseListen(file.backend);
  if (!backend) found.wrong(["registry", "backend"], "is no address", 'write "host:port" or unix:/path');
  const publicUrl = file.publicUrl.replace(/\/$/, "");
  if (!URL.canParse(publicUrl)) found.wrong(["registry", "publicUrl"], "is no address", "write https://host[:port]");
  return {
    backend: backend ?? { kind: "tcp", host: "127.0.0.1", port: 0 },
    publicUrl,
    internalUrl: (file.internalUrl ?? publicUrl).replace(/\/$/, ""),
    storageDir: at(file.storageDir ?? join(state, "registry", "storage")),
    service: file.service ?? publicUrl.replace(/^https?:\/\//, ""),
    issuer: file.issuer ?? "berth",
    host: file.host,
    keyDir: at(file.keyDir ?? join(state, "registry")),
    tagRules: file.tagRules ?? [],
  };
}

/** The locations, those that lead to the site's own registry marked. */
export function withOwn(
  locations: ReadonlyMap<string, LocationConfig>,
  { publicUrl, host }: SiteRegistryConfig,
): ReadonlyMap<string, LocationConfig> {
  const own = URL.canParse(publicUrl) ? new URL(publicUrl).host : undefined;
  const leadsHere = (url: string) =>
    URL.canParse(url) && (new URL(url).host === own || new URL(url).hostname === host?.toLowerCase());
  return new Map([...locations].map(([name, one]) => [name, leadsHere(one.url) ? { ...one, own: true } : one]));
}
