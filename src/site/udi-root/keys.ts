// The keys of `udiRoot.conf` in one table (spec/shifter.md 6.2): how each is read, where it goes in the section `node` of
// `site.yaml`, and what berth does otherwise than Shifter.

import type { Path } from "../config-document.ts";

/** How a value is written. Of `lastWords` the last counts, of all other lists everything. */
export type Kind =
  | "text"
  | "words"
  | "lastWords"
  | "commas"
  | "volumes"
  | "flag"
  | "number"
  | "bytes"
  | "imageType"
  | "propagation";

/** A key that says something to berth. */
export interface UsedKey {
  readonly kind: Kind;
  /** Below `node`. */
  readonly to: Path;
  readonly note?: string;
}

/** A key that stands in working files and has nothing to say to berth. */
export interface UnusedKey {
  readonly why: string;
  /** Shifter warned of it. */
  readonly deprecated?: true;
}

const OWN_PLACE = "each set-up has a place of its own below nodeDir, which its user alone can pass";
const NO_PROGRAMS = "berth starts no helper programs";
const SHOWN = "the folder itself is shown, read-only; nothing is copied";

/** Subkeys of `module_<name>_<sub>`; `to` is below the module. */
export const MODULE_KEYS: Readonly<Record<string, UsedKey>> = {
  enabled: { kind: "flag", to: ["enabled"] },
  siteFs: { kind: "volumes", to: ["siteFs"] },
  siteEnv: { kind: "lastWords", to: ["environment", "set"] },
  siteEnvAppend: { kind: "lastWords", to: ["environment", "append"] },
  siteEnvPrepend: { kind: "lastWords", to: ["environment", "prepend"] },
  siteEnvUnset: { kind: "lastWords", to: ["environment", "unset"] },
  roothook: { kind: "text", to: ["roothook"], note: "run at node set-up only, where there is a root to run it" },
  userhook: { kind: "text", to: ["userhook"] },
  copyPath: { kind: "text", to: ["copyPath"], note: SHOWN },
  conflict: { kind: "lastWords", to: ["conflicts"] },
};

export const USED_KEYS: Readonly<Record<string, UsedKey>> = {
  system: { kind: "text", to: ["system"] },
  imageGateway: { kind: "words", to: ["gateways"] },
  gatewayTimeout: { kind: "number", to: ["gatewayTimeout"] },
  defaultImageType: { kind: "imageType", to: ["imageType"] },
  imagePath: { kind: "text", to: ["imageDir"] },
  etcPath: { kind: "text", to: ["etcDir"] },
  usersToImport: { kind: "words", to: ["extraAccounts"] },
  allowLibcPwdCalls: { kind: "flag", to: ["systemAccounts"] },
  maxGroupCount: { kind: "number", to: ["maxGroups"], note: "groups without a password field are read rightly" },
  siteFs: { kind: "volumes", to: ["siteFs"], note: "missing folders on the way to a target are made" },
  siteEnv: { kind: "words", to: ["environment", "set"] },
  siteEnvAppend: { kind: "words", to: ["environment", "append"] },
  siteEnvPrepend: { kind: "words", to: ["environment", "prepend"] },
  siteEnvUnset: { kind: "words", to: ["environment", "unset"] },
  sitePreMountHook: { kind: "text", to: ["hooks", "preMount"], note: "run at node set-up only" },
  sitePostMountHook: { kind: "text", to: ["hooks", "postMount"], note: "run at node set-up only" },
  optUdiImage: { kind: "text", to: ["optUdiImage"], note: SHOWN },
  defaultModules: { kind: "commas", to: ["defaultModules"] },
  allowLocalChroot: { kind: "flag", to: ["localImages"] },
  mountUdiRootWritable: { kind: "flag", to: ["writableRoot"] },
  mountPropagationStyle: { kind: "propagation", to: ["propagation"] },
  perNodeCachePath: { kind: "text", to: ["cache", "path"] },
  perNodeCacheSizeLimit: { kind: "bytes", to: ["cache", "limit"], note: "enforced, which Shifter does not do" },
  perNodeCacheAllowedFsType: { kind: "words", to: ["cache", "fsTypes"], note: "enforced, which Shifter does not do" },
  mkfsXfsPath: { kind: "text", to: ["cache", "mkfs"] },
};

/** Decides between etcPath and accounts that are made; has no place of its own. */
export const DYNAMIC_KEY = "populateEtcDynamically";

export const UNUSED_KEYS: Readonly<Record<string, UnusedKey>> = {
  udiMount: { why: OWN_PLACE },
  loopMount: { why: OWN_PLACE },
  udiRootPath: { why: "berth knows where its programs are" },
  rootfsType: { why: "the site's part of a container is always a tmpfs" },
  modprobePath: { why: "berth loads no kernel modules" },
  insmodPath: { why: "berth loads no kernel modules" },
  cpPath: { why: NO_PROGRAMS },
  mvPath: { why: NO_PROGRAMS },
  chmodPath: { why: NO_PROGRAMS },
  ddPath: { why: NO_PROGRAMS },
  batchType: { why: "Shifter does not use it either" },
  nodeContextPrefix: { why: "Shifter does not use it either" },
  siteResources: { why: "GPUs come by CDI: the key devices of a module, or --nv and --rocm" },
  optionalSshdAsRoot: { why: "sshd runs as the job's user", deprecated: true },
  autoLoadKernelModule: { why: "berth loads no kernel modules", deprecated: true },
  kmodBasePath: { why: "berth loads no kernel modules", deprecated: true },
  kmodCacheFile: { why: "berth loads no kernel modules", deprecated: true },
};

/** All keys that may stand alone, for suggestions. */
export function knownKeys(): readonly string[] {
  return [...Object.keys(USED_KEYS), DYNAMIC_KEY, ...Object.keys(UNUSED_KEYS)];
}

/** The key of `udiRoot.conf` for a place below `node`; undefined when Shifter has none. */
export function udiKeyOf(path: Path): string | undefined {
  const [first, name, ...rest] = path;
  const isModule = first === "modules" && rest.length > 0;
  const [keys, wanted] = isModule ? [MODULE_KEYS, rest] : [USED_KEYS, path];
  const found = Object.keys(keys).find((key) => keys[key]?.to.join("/") === wanted.join("/"));
  return found === undefined || !isModule ? found : `module_${name}_${found}`;
}
