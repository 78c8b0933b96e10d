// The site that the corpus was labelled for: what profiles leave to a site to fill in. Knows no recipe.

import type { PolicyConfig } from "../../src/policy/config.ts";
import { PROFILES } from "../../src/policy/profiles/profiles.ts";

// Those of Spin's best practices: public, from the laboratory's networks, and the ranges for anybody.
const OPEN_PORTS = [
  ...[80, 443, 3128, 3306, 4873, 5432, 5672, 5984, 8008, 8080, 8081, 8443, 27_017].map((port) => [port, port]),
  ...[
    [50_000, 50_050],
    [55_000, 55_100],
    [60_000, 60_050],
  ],
].map(([first = 0, last = 0]) => ({ first, last }));

/** The profile with the lists that a site has to fill in: those of README.md. */
export function policyOf(profile: string): PolicyConfig {
  const policy = PROFILES.get(profile);
  if (policy === undefined) throw new Error(`no profile ${profile}`);
  const site = {
    generic: {},
    nccs: { golden: ["site.example/base/*", "registry.example/base/*"] },
    spin: {
      trustedSources: ["registry.spin.nersc.gov/*"],
      registries: ["registry.spin.nersc.gov", "docker.io"],
      openPorts: OPEN_PORTS,
    },
  }[profile];
  return { ...policy, practices: { ...policy.practices, ...site } };
}
