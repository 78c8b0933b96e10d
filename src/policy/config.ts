// What a site's policy is made of, as plain data: tables, lists and exceptions that the rules are checked with. A profile
// (`profiles/`) is one of these; the site's file changes parts of it. Knows no file format. Sizes are bytes, times seconds.

import type { PracticeConfig } from "./practice-config.ts";
import type { Severity } from "./types.ts";

/** A policy with every table filled in. */
export interface PolicyConfig {
  /** Name of the profile that it began with. */
  readonly profile: string;
  /** By rule (`SVC-01`) or by one of its cases (`SVC-03:external`, `VOL-01:unknown`). */
  readonly severities: ReadonlyMap<string, Severity | "off">;
  readonly waivers: readonly Waiver[];
  /** Allowed first words of service names. Empty: any name that is a DNS label. */
  readonly serviceTypes: ReadonlyMap<string, ServiceType>;
  /** By host: `docker.io`. Empty: images may come from anywhere. */
  readonly registries: ReadonlyMap<string, RegistryPolicy>;
  readonly storageClasses: ReadonlyMap<string, StorageClass>;
  /** Class of volumes that name none. */
  readonly defaultStorageClass: string;
  readonly portClasses: ReadonlyMap<string, PortClass>;
  /** Ports that only the reverse proxy listens on. */
  readonly proxyPorts: readonly number[];
  readonly approvedPorts: readonly ApprovedPort[];
  /** The usual port of a program, by the last part of its image's name. */
  readonly usualPorts: ReadonlyMap<string, number>;
  /** Capabilities that may be added, without `CAP_`. */
  readonly capabilities: ReadonlyMap<string, CapabilityPolicy>;
  /** Host folders that may be mounted. */
  readonly mounts: readonly MountRoot[];
  readonly allowed: AllowedParts;
  /** Matches names of accounts that belong to a group of people. */
  readonly collaborationAccounts: string;
  readonly names: NamePolicy;
  readonly limits: PolicyLimits;
  /** The tables of practices: recipes, launches, images, hosts. */
  readonly practices: PracticeConfig;
  /** `version:` of compose files that are taken without remark; undefined: all. */
  readonly composeVersions: readonly string[] | undefined;
}

/** Somebody allowed what a rule says against. */
export interface Waiver {
  /** Id of a rule; `*` stands for anything: `VOL-*`. */
  readonly rule: string;
  /** Glob of stack names. */
  readonly stack: string;
  /** Glob of service names. */
  readonly service: string;
  readonly by: string;
  readonly reason: string;
  /** Seconds since 1970; null: without end. */
  readonly until: number | null;
}

/** From where a port can be reached; each includes those before. */
export const REACHES = ["stack", "site", "partners", "world"] as const;
export type Reach = (typeof REACHES)[number];

export interface ServiceType {
  readonly description: string;
  /** From where services of this kind are reached at most, unless something is odd (PRT-07). */
  readonly reach: Reach;
  /** Keeps data that must not be lost (VOL-11). */
  readonly keepsData: boolean;
}

export interface RegistryPolicy {
  /** `site`: the site's own; `hub`: only its official images are taken without remark; `other`: any. */
  readonly kind: "site" | "hub" | "other";
  /** The first part of a repository's name is a group, and only its members may pull (IMG-08). */
  readonly teams: boolean;
  /** First parts that everybody may pull. */
  readonly shared: readonly string[];
}

export interface StorageClass {
  readonly title: string;
  /** Data are kept when the container is made anew. */
  readonly persistent: boolean;
  /** Data are there when the container starts on another node. */
  readonly portable: boolean;
  readonly performance: "low" | "medium" | "high" | "highest";
  /** Made when a stack needs it; else it must exist. */
  readonly autoCreated: boolean;
  /** People reach the data outside the platform. */
  readonly external: boolean;
  readonly remark: string;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface PortClass {
  readonly title: string;
  readonly reach: Exclude<Reach, "stack">;
  readonly protocol: "tcp" | "udp";
  readonly ports: readonly PortRange[];
}

export interface ApprovedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Glob of stack names. */
  readonly stack: string;
}

export interface CapabilityPolicy {
  readonly description: string;
  /** May be added by services without an external file system. */
  readonly plain: boolean;
  /** May be added by services with one. */
  readonly external: boolean;
}

/** A host folder whose subfolders may be mounted. */
export interface MountRoot {
  readonly path: string;
  /** Name of the file system, as in the tag `requires`. */
  readonly name: string;
  /** Shared with machines outside the platform: permissions of its files must keep their meaning. */
  readonly external: boolean;
  /** The file system treats root as nobody. */
  readonly rootSquash: boolean;
  /** How many folders below `path` a mount begins at least (VOL-02). */
  readonly minDepth: number;
  readonly readOnly: boolean;
}

/** What a site lends to containers, beyond what they have by themselves. Names and paths may have `*`. */
export interface AllowedParts {
  readonly devices: readonly string[];
  readonly gpus: boolean;
  readonly runtimes: readonly string[];
  readonly volumeDrivers: readonly string[];
  readonly networkDrivers: readonly string[];
  /** Drivers of containers' logs; they run in the engine, with its rights and in its network. */
  readonly loggingDrivers: readonly string[];
  /** Networks and volumes of the engine that are nobody's and everybody may use. */
  readonly sharedNetworks: readonly string[];
  readonly sharedVolumes: readonly string[];
}

export interface NamePolicy {
  /** Name of a published service, with `{service}` and `{stack}`; undefined: none is made. */
  readonly dynamic: string | undefined;
  /** Names and addresses of the proxy, which public names of stacks must lead to. */
  readonly proxy: readonly string[];
  /** Names that routes may have, with `*`; empty: any. */
  readonly hosts: readonly string[];
}

export interface PolicyLimits {
  readonly imageBytes: number;
  readonly imageAgeSeconds: number;
  /** In a container's own layer. */
  readonly containerBytes: number;
}
