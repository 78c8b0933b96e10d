// From a section `node` that fits its schema to the configuration of a node: defaults filled in, volumes and variables parsed,
// names that point to each other checked. Pure but for asking whether programs may be executed.

import { canRun } from "../platform/access.ts";
import type { Path } from "./config-document.ts";
import { bytesOf, type Findings, msOf } from "./findings.ts";
import type { CacheRules, NodeConfig, NodeSshd } from "./node-config.ts";
import { absolute, resolveChanges, resolveVolumes } from "./node-parts.ts";
import type { NodeFile } from "./node-schema.ts";
import { resolveModules } from "./resolve-modules.ts";

// Where prepared containers lie.
const NODE_DIR = "/run/berth-node";
const SSHD_PORT = 1204;

/** Completes and checks a section; `path` is the file's. What is wrong is in `found`, with paths that begin with `node`. */
export function resolveNode(file: NodeFile, path: string, found: Findings): NodeConfig {
  const modules = resolveModules(file.modules ?? {}, found);
  return {
    path,
    system: file.system,
    gateways: (file.gateways ?? []).map((url, index) => baseUrl(url, ["node", "gateways", index], found)),
    gatewayTimeoutMs: msOf(file.gatewayTimeout, 0),
    defaultImageType: file.imageType ?? "docker",
    imagePath: absolute(file.imageDir, ["node", "imageDir"], found) ?? "",
    nodeDir: absolute(file.nodeDir, ["node", "nodeDir"], found) ?? NODE_DIR,
    accounts: resolveAccounts(file, found),
    systemAccounts: file.systemAccounts ?? false,
    maxGroupCount: file.maxGroups ?? 0,
    ...resolveLayer(file, found),
    modules,
    defaultModules: resolveDefaults(file.defaultModules, modules, found),
    allowLocalChroot: file.localImages ?? false,
    writableRoot: file.writableRoot ?? false,
    propagation: file.propagation ?? "private",
    cache: resolveCache(file.cache, found),
    sshd: resolveSshd(file.sshd, found),
    record: file.record,
  };
}

type Layer = "siteFs" | "userSources" | "environment" | "preMountHook" | "postMountHook" | "optUdiImage";

// What the site puts into every container.
function resolveLayer(file: NodeFile, found: Findings): Pick<NodeConfig, Layer> {
  const path = (text: string | undefined, ...at: Path) => absolute(text, ["node", ...at], found);
  return {
    siteFs: resolveVolumes(file.siteFs, ["node", "siteFs"], found),
    userSources: (file.userSources ?? []).map((text, index) => path(text, "userSources", index) ?? ""),
    environment: resolveChanges(file.environment, ["node", "environment"], found),
    preMountHook: path(file.hooks?.preMount, "hooks", "preMount"),
    postMountHook: path(file.hooks?.postMount, "hooks", "postMount"),
    optUdiImage: path(file.optUdiImage, "optUdiImage"),
  };
}

function resolveAccounts(file: NodeFile, found: Findings): NodeConfig["accounts"] {
  const path = absolute(file.etcDir, ["node", "etcDir"], found);
  if (path === undefined) return { kind: "dynamic", accounts: file.extraAccounts ?? [] };
  if (file.extraAccounts)
    found.odd(["node", "extraAccounts"], "has no effect: accounts come from etcDir", "leave out one of them");
  return { kind: "files", path };
}

function resolveDefaults(names: readonly string[] = [], modules: NodeConfig["modules"], found: Findings): string[] {
  const kept: string[] = [];
  for (const [index, name] of names.entries()) {
    const path = ["node", "defaultModules", index];
    const known = modules.get(name);
    if (name.toLowerCase() === "none") continue;
    if (!known)
      found.wrong(path, `names the module ${name}, which is not there`, `known: ${[...modules.keys()].join(", ")}`);
    else if (!known.enabled) found.odd(path, `names ${name}, which is switched off; it is left out`);
    else if (!kept.includes(name)) kept.push(name);
  }
  const clash = kept.find((name) => modules.get(name)?.conflicts.some((other) => kept.includes(other)));
  if (clash !== undefined)
    found.odd(["node", "defaultModules"], `has modules that conflict with ${clash}`, "nobody can use them together");
  return kept;
}

function resolveCache(file: NodeFile["cache"], found: Findings): CacheRules | undefined {
  if (!file) return undefined;
  const at: Path = ["node", "cache"];
  for (const type of file.fsTypes ?? [])
    if (type !== "xfs") found.odd([...at, "fsTypes"], `allows ${type}, which is not made`, "caches are xfs");
  return {
    path: absolute(file.path, [...at, "path"], found) ?? "",
    limit: bytesOf(file.limit),
    fsTypes: file.fsTypes ?? ["xfs"],
    mkfs: program(file.mkfs, [...at, "mkfs"], found),
  };
}

function resolveSshd(file: NodeFile["sshd"], found: Findings): NodeSshd | undefined {
  const at: Path = ["node", "sshd"];
  return (
    file && {
      port: file.port ?? SSHD_PORT,
      program: program(file.program, [...at, "program"], found),
      secretFile: absolute(file.secretFile, [...at, "secretFile"], found),
      forwarding: file.forwarding ?? false,
    }
  );
}

function program(text: string | undefined, path: Path, found: Findings): string | undefined {
  const file = absolute(text, path, found);
  if (file !== undefined && !canRun(file))
    found.wrong(path, `cannot be executed: ${file}`, "install it or mend the path");
  return file;
}

function baseUrl(text: string, path: Path, found: Findings): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    found.wrong(path, `is no address: ${text}`, "write http://HOST:PORT");
  return text.replace(/\/+$/, "");
}
