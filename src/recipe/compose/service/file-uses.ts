// Secrets and configurations as files in a service's containers.

import { posix } from "node:path";
import type { FileUse } from "../../stack/types.ts";
import { list } from "../collections.ts";
import { child, type Field, optional, text } from "../fields.ts";
import { fileMode } from "../measures.ts";
import { at, type ServiceField } from "../reading.ts";

/** A use with the field that asks for it. */
export interface Used {
  readonly use: FileUse;
  readonly field: Field;
}

/** Reads `secrets` or `configs` of a service: a relative target is below /run/secrets, or below `/`. */
export function readFileUses(service: ServiceField, key: "secrets" | "configs"): readonly Used[] {
  const { notebook } = service;
  const field = at(service, key);
  if (field !== undefined) notebook.place(`${service.pointer}/${key}`, field.at);
  const targets = new Set<string>();
  return (optional(field, list, notebook) ?? []).flatMap((item, index) => {
    notebook.place(`${service.pointer}/${key}/${index}`, item.at);
    const use = fileUse(item, key, service);
    if (use !== undefined && targets.has(use.target)) notebook.error(item, `two of ${key} are put at ${use.target}`);
    if (use !== undefined) targets.add(use.target);
    return use === undefined ? [] : [{ use, field: item }];
  });
}

function fileUse(field: Field, key: "secrets" | "configs", { notebook }: ServiceField): FileUse | undefined {
  const long = field.node.kind === "map";
  const name = long ? optional(child(field, "source"), text, notebook) : text(field, notebook);
  if (name === undefined) {
    if (long) notebook.error(field, `an item of ${key} has no source`, "write source: NAME");
    return undefined;
  }
  const target = optional(child(field, "target"), text, notebook) ?? name;
  const path = posix.resolve(key === "secrets" ? "/run/secrets" : "/", target);
  if (key === "secrets" && !target.startsWith("/") && !path.startsWith("/run/secrets/")) {
    notebook.refuse(child(field, "target") ?? field, `${target} leads out of /run/secrets`);
  }
  return {
    name,
    target: path,
    uid: optional(child(field, "uid"), text, notebook),
    gid: optional(child(field, "gid"), text, notebook),
    mode: optional(child(field, "mode"), fileMode, notebook),
  };
}
