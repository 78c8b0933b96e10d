// Every key of a compose file, and what berth does with it: nothing is dropped without a word. The reader, docs/compose.md and the tests
// all read this table.

import type { KeyRow, Treatment } from "./key-types.ts";
import { RANCHER_KEYS, SERVICE_KEYS } from "./keys-service.ts";

export type { KeyRow, Treatment } from "./key-types.ts";

const TOP_KEYS: readonly KeyRow[] = [
  ["include", "used"],
  ["include[].env_file", "used"],
  ["include[].path", "used"],
  ["include[].project_directory", "used"],
  ["models", "refused", "berth runs no language models by itself", "run one as a service"],
  ["name", "used"],
  ["services", "used"],
  ["version", "emulated", "all versions from 2.0 are read alike; version 1 is refused"],
  ["configs", "used"],
  ["configs.*.content", "used"],
  ["configs.*.environment", "used"],
  ["configs.*.external", "refused", "configurations are part of the recipe", "use file or content"],
  ["configs.*.file", "used"],
  ["configs.*.labels", "ignored", "a configuration is a file in a container, not a thing of the engine"],
  ["configs.*.name", "ignored", "a configuration is a file in a container, not a thing of the engine"],
  ["configs.*.template_driver", "refused", "configurations are not templates", "use content with variables"],
  ["networks", "used"],
  ["networks.*.attachable", "ignored", "it is for clusters"],
  ["networks.*.driver", "used"],
  ["networks.*.driver_opts", "used"],
  ["networks.*.enable_ipv4", "ignored", "networks have addresses of version 4"],
  ["networks.*.enable_ipv6", "used"],
  ["networks.*.external", "used"],
  ["networks.*.external.name", "used"],
  ["networks.*.internal", "used"],
  ["networks.*.ipam", "used"],
  ["networks.*.ipam.config", "used"],
  ["networks.*.ipam.config[].aux_addresses", "ignored", "no addresses are set aside"],
  ["networks.*.ipam.config[].gateway", "used"],
  ["networks.*.ipam.config[].ip_range", "used"],
  ["networks.*.ipam.config[].subnet", "used"],
  ["networks.*.ipam.driver", "ignored", "addresses are given by the engine"],
  ["networks.*.ipam.options", "ignored", "addresses are given by the engine"],
  ["networks.*.labels", "used"],
  ["networks.*.name", "emulated", "the name of an external network; other networks are named by berth"],
  ["secrets", "used"],
  ["secrets.*.driver", "refused", "secrets are in berth's own store", "berth secret create"],
  ["secrets.*.driver_opts", "refused", "secrets are in berth's own store", "berth secret create"],
  [
    "secrets.*.environment",
    "refused",
    "a server does not see the variables of your machine",
    "berth secret create NAME, and external: true",
  ],
  ["secrets.*.external", "used"],
  ["secrets.*.external.name", "used"],
  [
    "secrets.*.file",
    "refused",
    "a secret must not travel with the recipe",
    "berth secret create NAME, and external: true",
  ],
  ["secrets.*.labels", "ignored", "secrets have descriptions", "berth secret create --description"],
  ["secrets.*.name", "used"],
  ["secrets.*.template_driver", "refused", "secrets are not templates"],
  ["volumes", "used"],
  ["volumes.*.driver", "used"],
  ["volumes.*.driver_opts", "used"],
  ["volumes.*.external", "used"],
  ["volumes.*.external.name", "used"],
  ["volumes.*.labels", "used"],
  ["volumes.*.name", "emulated", "the name of an external volume; for others an error, because berth names them"],
  ["volumes.*.per_container", "refused", "a volume belongs to a stack", "use one volume, or one service for each"],
];

/** Every key with its whole path. */
export const KEYS: readonly KeyRow[] = [
  ...TOP_KEYS,
  ...[...SERVICE_KEYS, ...RANCHER_KEYS].map(([path, ...rest]): KeyRow => [`services.*.${path}`, ...rest] as KeyRow),
];

/** What is done with a key. */
export interface KeyRule {
  readonly treatment: Treatment;
  readonly reason: string | undefined;
  readonly cure: string | undefined;
}

/** The rules by path. */
export const KEY_RULES: ReadonlyMap<string, KeyRule> = new Map(
  KEYS.map(([path, treatment, reason, cure]) => [path, { treatment, reason, cure }]),
);

/** The keys that may stand below a path; undefined: any may. */
export const KEYS_BELOW: ReadonlyMap<string, ReadonlySet<string>> = keysBelow();

function keysBelow(): ReadonlyMap<string, ReadonlySet<string>> {
  const below = new Map<string, Set<string>>();
  for (const [path] of KEYS) {
    const parts = path.split(".");
    for (let depth = 0; depth < parts.length; depth++) {
      const [parent, key] = [parts.slice(0, depth).join("."), parts[depth] ?? ""];
      const isList = key.endsWith("[]");
      add(below, parent, isList ? key.slice(0, -2) : key);
      if (isList) add(below, `${parent}.${key.slice(0, -2)}`, "[]");
    }
  }
  return below;
}

function add(below: Map<string, Set<string>>, parent: string, key: string): void {
  const keys = below.get(parent) ?? new Set<string>();
  below.set(parent, keys.add(key));
}
