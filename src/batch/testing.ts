// Parts of batch launches for the tests of this room and of those who use it.

import type { NodeConfig } from "../site/node-config.ts";
import type { BatchImage, BatchLaunch, Person, ShifterRequest } from "./types.ts";

const NO_CHANGES = { set: [], append: [], prepend: [], unset: [] };

/** A site with nothing of its own. */
export const PLAIN_CONFIG: NodeConfig = {
  path: "/etc/shifter/udiRoot.conf",
  system: "cluster",
  gateways: [],
  gatewayTimeoutMs: 0,
  defaultImageType: "docker",
  imagePath: "/images",
  nodeDir: "/run/berth-node",
  accounts: { kind: "files", path: "/site/etc" },
  systemAccounts: false,
  maxGroupCount: 31,
  siteFs: [],
  userSources: [],
  environment: NO_CHANGES,
  modules: new Map(),
  defaultModules: [],
  allowLocalChroot: false,
  writableRoot: false,
  propagation: "private",
};

/** An image that everybody may use. */
export const PLAIN_IMAGE: BatchImage = {
  id: "a".repeat(64),
  root: { kind: "file", path: `/images/${"a".repeat(64)}.squashfs`, format: "squashfs" },
  env: [],
  entrypoint: [],
  cmd: [],
  workdir: undefined,
  users: [],
  groups: [],
};

export const PLAIN_REQUEST: ShifterRequest = {
  image: { type: "docker", name: "tool:1", asked: "docker:tool:1" },
  volumes: [],
  modules: undefined,
  entrypoint: { kind: "none" },
  workdir: { kind: "caller" },
  ...{ set: [], unset: [], keep: undefined, envFiles: [], clearEnv: false },
  ...{ writableTmpfs: false, devices: [], words: ["true"] },
};

export const ANN: Person = { name: "ann", uid: 1000, gid: 1000, gids: [1000, 2000] };

/** A launch of these parts. */
export function launchOf(
  parts: {
    readonly request?: Partial<ShifterRequest>;
    readonly image?: Partial<BatchImage>;
    readonly config?: Partial<NodeConfig>;
    readonly modules?: BatchLaunch["modules"];
  } = {},
): BatchLaunch {
  return {
    request: { ...PLAIN_REQUEST, ...parts.request },
    image: { ...PLAIN_IMAGE, ...parts.image },
    config: { ...PLAIN_CONFIG, ...parts.config },
    modules: parts.modules ?? [],
    person: ANN,
  };
}

/** A module with nothing in it but what is given. */
export function moduleOf(
  name: string,
  parts: Partial<BatchLaunch["modules"][number]> = {},
): BatchLaunch["modules"][number] {
  return { name, enabled: true, volumes: [], environment: NO_CHANGES, conflicts: [], devices: [], ...parts };
}
