// The modules of a section `node`: each parsed, conflicts made to hold both ways. Pure.

import { nearest } from "../base/nearest.ts";
import type { Path } from "./config-document.ts";
import type { Findings } from "./findings.ts";
import type { Module } from "./node-config.ts";
import { absolute, resolveChanges, resolveVolumes } from "./node-parts.ts";
import type { ModuleFile } from "./node-schema.ts";

/** The modules by their names. */
export function resolveModules(
  files: Readonly<Record<string, ModuleFile>>,
  found: Findings,
): ReadonlyMap<string, Module> {
  const names = Object.keys(files);
  const conflicts = new Map(names.map((name) => [name, new Set<string>()]));
  for (const [name, file] of Object.entries(files))
    for (const [index, other] of (file.conflicts ?? []).entries()) {
      if (!conflicts.has(other)) refuseConflict(["node", "modules", name, "conflicts", index], other, names, found);
      if (other === name) continue;
      conflicts.get(name)?.add(other);
      conflicts.get(other)?.add(name);
    }
  const modules = names.map((name) => resolveModule(name, files[name] ?? {}, [...(conflicts.get(name) ?? [])], found));
  return new Map(modules.map((module) => [module.name, module]));
}

function refuseConflict(path: Path, other: string, names: readonly string[], found: Findings): void {
  const meant = nearest(other, names);
  const hint = meant === undefined ? `known: ${names.join(", ")}` : `did you mean ${meant}?`;
  found.wrong(path, `names the module ${other}, which is not there`, hint);
}

function resolveModule(name: string, file: ModuleFile, conflicts: readonly string[], found: Findings): Module {
  const at: Path = ["node", "modules", name];
  // It becomes the name of a folder and an item of comma lists.
  if (!/^[A-Za-z0-9][A-Za-z0-9.+_-]*$/.test(name) || name.toLowerCase() === "none")
    found.wrong(
      at,
      `${name} is no name of a module`,
      "use letters, digits, dots, dashes; none has a meaning of its own",
    );
  return {
    name,
    enabled: file.enabled ?? true,
    volumes: resolveVolumes(file.siteFs, [...at, "siteFs"], found),
    environment: resolveChanges(file.environment, [...at, "environment"], found),
    roothook: absolute(file.roothook, [...at, "roothook"], found),
    userhook: file.userhook,
    copyPath: absolute(file.copyPath, [...at, "copyPath"], found),
    conflicts,
    devices: file.devices ?? [],
  };
}
