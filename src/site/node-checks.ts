// What a configuration of a node names and the node does not have: asked by those who look after it, never on the way to a
// container.

import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { NodeConfig } from "./node-config.ts";

/** Sentences about what is missing, or what others than root may change although root runs it. */
export function checkNode(config: NodeConfig): readonly string[] {
  const modules = [...config.modules.values()].filter(({ enabled }) => enabled);
  const { accounts } = config;
  const folders = [
    [config.imagePath, "images are looked for there"],
    [config.optUdiImage, "it should appear as /opt/udiImage"],
    [config.cache?.path, "caches of the node should lie there"],
    ...modules.map(({ name, copyPath }) => [copyPath, `the module ${name} brings it`] as const),
  ] as const;
  const files = accounts.kind === "files" ? ["passwd", "group", "nsswitch.conf"] : [];
  const volumes = [...config.siteFs, ...modules.flatMap((module) => module.volumes)].filter(({ cache }) => !cache);
  const scripts = [config.preMountHook, config.postMountHook, ...modules.map(({ roothook }) => roothook)];
  return [
    ...folders.flatMap(([path, why]) => (path && !found(path)?.isDirectory() ? [`no folder ${path}: ${why}`] : [])),
    ...files.flatMap((name) =>
      missing(accounts.kind === "files" ? join(accounts.path, name) : "", "accounts come from it"),
    ),
    ...volumes.flatMap(({ from, to }) => missing(from, `siteFs shows it as ${to}`)),
    ...scripts.flatMap((path) => (path ? checkScript(path) : [])),
  ];
}

function missing(path: string, why: string): readonly string[] {
  return found(path) ? [] : [`no ${path}: ${why}`];
}

function checkScript(path: string): readonly string[] {
  const info = found(path);
  if (!info?.isFile()) return [`no script ${path}: root should run it`];
  if (info.uid !== 0 || (info.mode & 0o022) !== 0) return [`${path} may be changed by others than root, who runs it`];
  return [];
}

function found(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
