// The effective configuration of a node as lines for people. Pure; where a value stood is told by whoever read the file.

import type { Path } from "./config-document.ts";
import type { EnvironmentChanges, Module, NodeConfig, NodeSetting } from "./node-config.ts";
import { formatVolume } from "./volume.ts";
import type { Volume } from "./volume-types.ts";

/** What a file says of a place below `node`: its own name for it (undefined: it has none), and the line if it is there. */
export type Describe = (path: Path) => {
  readonly key: string | undefined;
  readonly line: number | undefined;
  readonly note: string | undefined;
};

type Row = readonly [path: Path, value: string];

/** Every value, in the order of the schema; those that a file cannot say are left out unless they are in force. */
export function settingsOf(config: NodeConfig, describe: Describe): readonly NodeSetting[] {
  return rowsOf(config).flatMap(([path, value]) => {
    const { key = path.join("."), line, note } = describe(path);
    return [{ key, value, line, note }];
  });
}

const yesNo = (value: boolean) => (value ? "yes" : "no");
const words = (values: readonly string[]) => (values.length === 0 ? "none" : values.join(" "));
const volumes = (values: readonly Volume[]) => (values.length === 0 ? "none" : values.map(formatVolume).join("; "));

function rowsOf(config: NodeConfig): readonly Row[] {
  const files = config.accounts.kind === "files";
  return [
    [["system"], config.system ?? "not said"],
    [["gateways"], words(config.gateways)],
    [["gatewayTimeout"], config.gatewayTimeoutMs === 0 ? "no limit" : `${config.gatewayTimeoutMs / 1000} s`],
    [["imageType"], config.defaultImageType],
    [["imageDir"], config.imagePath],
    [["nodeDir"], config.nodeDir],
    [["etcDir"], config.accounts.kind === "files" ? config.accounts.path : "none: passwd and group are made"],
    ...(config.accounts.kind === "files" ? [] : ([[["extraAccounts"], words(config.accounts.accounts)]] as const)),
    [["systemAccounts"], yesNo(config.systemAccounts || !files)],
    [["maxGroups"], String(config.maxGroupCount)],
    [["siteFs"], volumes(config.siteFs)],
    [["userSources"], words(config.userSources)],
    ...changesRows(config.environment, ["environment"], true),
    [["hooks", "preMount"], config.preMountHook ?? "none"],
    [["hooks", "postMount"], config.postMountHook ?? "none"],
    [["optUdiImage"], config.optUdiImage ?? "none"],
    ...[...config.modules.values()].flatMap(moduleRows),
    [["defaultModules"], words(config.defaultModules)],
    [["localImages"], yesNo(config.allowLocalChroot)],
    [["writableRoot"], yesNo(config.writableRoot)],
    [["propagation"], config.propagation],
    ...cacheRows(config),
    [["sshd"], config.sshd ? `port ${config.sshd.port}, ${config.sshd.program ?? "found by itself"}` : "off"],
    [["record"], config.record ?? "off"],
  ];
}

function changesRows(changes: EnvironmentChanges, at: Path, all: boolean): readonly Row[] {
  const pairs = (list: EnvironmentChanges["set"]) => words(list.map((pair) => pair.join("=")));
  const rows: readonly Row[] = [
    [[...at, "set"], pairs(changes.set)],
    [[...at, "append"], pairs(changes.append)],
    [[...at, "prepend"], pairs(changes.prepend)],
    [[...at, "unset"], words(changes.unset)],
  ];
  return rows.filter(([, value]) => all || value !== "none");
}

/** What a module does, without what it leaves as it is. */
export function moduleRows(module: Module): readonly Row[] {
  const at: Path = ["modules", module.name];
  const rows: readonly Row[] = [
    [[...at, "siteFs"], volumes(module.volumes)],
    ...changesRows(module.environment, [...at, "environment"], false),
    [[...at, "roothook"], module.roothook ?? "none"],
    [[...at, "userhook"], module.userhook ?? "none"],
    [[...at, "copyPath"], module.copyPath ?? "none"],
    [[...at, "conflicts"], words(module.conflicts)],
    [[...at, "devices"], words(module.devices)],
  ];
  return [[[...at, "enabled"], yesNo(module.enabled)], ...rows.filter(([, value]) => value !== "none")];
}

function cacheRows({ cache }: NodeConfig): readonly Row[] {
  if (!cache) return [[["cache"], "off"]];
  return [
    [["cache", "path"], cache.path],
    [["cache", "limit"], cache.limit === undefined ? "no limit" : `${cache.limit} bytes`],
    [["cache", "fsTypes"], words(cache.fsTypes)],
    [["cache", "mkfs"], cache.mkfs ?? "found by itself"],
  ];
}
