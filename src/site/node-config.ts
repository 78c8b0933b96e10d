// What a node knows of its site: how images become containers of batch jobs there. Made of Shifter's `udiRoot.conf` or of the
// section `node` of `site.yaml`. Data only; each value's origin is kept beside it in `NodeSettings`.

import type { Volume } from "./volume-types.ts";

/** Kinds of images that a request may name (spec/shifter.md 5.2). */
export const IMAGE_TYPES = ["docker", "custom", "id", "local"] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** Changes of the environment by the site or a module, applied in the order set, append, prepend, unset. */
export interface EnvironmentChanges {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly append: readonly (readonly [name: string, value: string])[];
  readonly prepend: readonly (readonly [name: string, value: string])[];
  readonly unset: readonly string[];
}

/** A named bundle of mounts, variables and hooks that users choose (`--module`). */
export interface Module {
  readonly name: string;
  readonly enabled: boolean;
  readonly volumes: readonly Volume[];
  readonly environment: EnvironmentChanges;
  /** Run by root at node set-up, in the root directory of the container, not changed into it. */
  readonly roothook?: string | undefined;
  /** Path inside the container; run as the user before the program. */
  readonly userhook?: string | undefined;
  /** Directory of the host that appears as /opt/udiImage/modules/NAME. */
  readonly copyPath?: string | undefined;
  readonly conflicts: readonly string[];
  /** CDI devices that come with it. */
  readonly devices: readonly string[];
}

/** Where passwd, group and nsswitch.conf of containers come from. */
export type AccountSource =
  /** Files of a directory. */
  | { readonly kind: "files"; readonly path: string }
  /** Made from the node's name service: the user, and these further accounts. */
  | { readonly kind: "dynamic"; readonly accounts: readonly string[] };

/** sshd in the containers of a job; off when left out. */
export interface NodeSshd {
  readonly port: number;
  /** Absolute path of OpenSSH's sshd or of dropbear on the node; found by itself when left out. */
  readonly program?: string | undefined;
  /** File with a secret that all nodes have, from which the keys of jobs are made; munge's key when left out. */
  readonly secretFile?: string | undefined;
  /** Ports, agents and displays may be forwarded. */
  readonly forwarding?: boolean | undefined;
}

/** What a per-node cache may be. */
export interface CacheRules {
  /** Directory of the node in which the file lies. */
  readonly path: string;
  /** Bytes of one user on the node; undefined: no limit. */
  readonly limit?: number | undefined;
  readonly fsTypes: readonly string[];
  readonly mkfs?: string | undefined;
}

/** The effective configuration of a node. */
export interface NodeConfig {
  /** The file it was read from. */
  readonly path: string;
  readonly system: string | undefined;
  readonly gateways: readonly string[];
  /** Milliseconds; 0: no limit. */
  readonly gatewayTimeoutMs: number;
  readonly defaultImageType: ImageType;
  /** Directory of the gateway's image files and their `.meta`. */
  readonly imagePath: string;
  /** Directory in which prepared containers lie; `/run/berth-node` unless said. */
  readonly nodeDir: string;
  readonly accounts: AccountSource;
  /** Ask the node's name service who the user is, not `accounts`. */
  readonly systemAccounts: boolean;
  /** Memberships that the user keeps in the container's group file; 0: none. */
  readonly maxGroupCount: number;
  readonly siteFs: readonly Volume[];
  /** Directories of the host that users may name as a volume's source although siteFs does not show them. */
  readonly userSources: readonly string[];
  readonly environment: EnvironmentChanges;
  readonly preMountHook?: string | undefined;
  readonly postMountHook?: string | undefined;
  /** Directory of the host that appears as /opt/udiImage. */
  readonly optUdiImage?: string | undefined;
  readonly modules: ReadonlyMap<string, Module>;
  readonly defaultModules: readonly string[];
  readonly allowLocalChroot: boolean;
  readonly writableRoot: boolean;
  readonly propagation: "private" | "slave";
  readonly cache?: CacheRules | undefined;
  readonly sshd?: NodeSshd | undefined;
  /** Where one record per launch goes; undefined: nowhere. */
  readonly record?: "syslog" | undefined;
}

/** One effective value and where it came from, for `berth node check-config`. */
export interface NodeSetting {
  readonly key: string;
  readonly value: string;
  /** Line of the file, or undefined for a default. */
  readonly line?: number | undefined;
  /** It stands in the file and says nothing to berth; `note` tells why. */
  readonly unused?: boolean | undefined;
  /** What berth does with it, when that differs from what Shifter did. */
  readonly note?: string | undefined;
}

/** What `readNodeConfig` answers. */
export interface NodeSettings {
  readonly config: NodeConfig;
  readonly settings: readonly NodeSetting[];
  /** Sentences for the administrator: deprecated or unknown keys under `--lenient-config`. */
  readonly warnings: readonly string[];
}
