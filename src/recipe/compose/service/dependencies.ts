// What a service waits for: depends_on in both forms, and the services that links, shared spaces and Rancher's sidekicks name.

import type { Dependency } from "../../stack/types.ts";
import { list, map } from "../collections.ts";
import { child, type Field, flag, items, oneOf, optional, text } from "../fields.ts";
import { at, type ServiceField } from "../reading.ts";
import { scalarText } from "../tree.ts";

const CONDITIONS = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
} as const;
const WORDS = ["service_started", "service_healthy", "service_completed_successfully"] as const;

/** A dependency with the field that asks for it. */
export interface Wanted {
  readonly dependency: Dependency;
  readonly field: Field;
}

/** Reads everything that a service waits for. What depends_on says wins over what follows from other keys. */
export function readDependencies(service: ServiceField): readonly Wanted[] {
  const said = readDependsOn(service);
  const implied = [...shared(service), ...linked(service), ...mountedFrom(service), ...sidekicks(service)];
  const found = new Map<string, Wanted>();
  for (const wanted of [...said, ...implied]) {
    const { service: name } = wanted.dependency;
    if (!found.has(name)) found.set(name, wanted);
  }
  return [...found.values()].map((wanted, index) => {
    service.notebook.place(`${service.pointer}/dependsOn/${index}`, wanted.field.at);
    return wanted;
  });
}

function readDependsOn(service: ServiceField): readonly Wanted[] {
  const { notebook } = service;
  const field = at(service, "depends_on");
  if (field === undefined) return [];
  notebook.place(`${service.pointer}/dependsOn`, field.at);
  if (field.node.kind === "list") {
    return items(field).flatMap((item) => {
      const name = text(item, notebook);
      return name === undefined ? [] : [started(name, item, false)];
    });
  }
  return (map(field, notebook) ?? []).map(([name, value]) => {
    const word = optional(child(value, "condition"), oneOf(WORDS), notebook) ?? "service_started";
    const required = optional(child(value, "required"), flag, notebook) ?? true;
    const restart = optional(child(value, "restart"), flag, notebook) ?? false;
    return { field: value, dependency: { service: name, condition: CONDITIONS[word], required, restart } };
  });
}

function started(service: string, field: Field, restart: boolean): Wanted {
  return { field, dependency: { service, condition: "started", required: true, restart } };
}

function shared(service: ServiceField): readonly Wanted[] {
  return ["network_mode", "ipc", "pid"].flatMap((key) => {
    const field = at(service, key);
    const name = /^(?:service|container):(.+)$/.exec((field && scalarText(field.node)) ?? "")?.[1];
    return field === undefined || name === undefined ? [] : [started(name, field, true)];
  });
}

/** A link: another service, and the name under which it is known. */
export interface Link {
  readonly service: string;
  readonly alias: string;
  readonly field: Field;
}

/** Reads `links`. */
export function readLinks(service: ServiceField): readonly Link[] {
  return (optional(at(service, "links"), list, service.notebook) ?? []).flatMap((field) => {
    const [name, alias] = (text(field, service.notebook) ?? "").split(":");
    if (!name) service.notebook.error(field, "a link names a service", "write SERVICE or SERVICE:ALIAS");
    return name ? [{ service: name, alias: alias || name, field }] : [];
  });
}

function linked(service: ServiceField): readonly Wanted[] {
  return readLinks(service).map(({ service: name, field }) => started(name, field, true));
}

/** `volumes_from`: the services, and whether their mounts are for reading only. */
export function readVolumesFrom(
  service: ServiceField,
): readonly { service: string; readOnly: boolean; field: Field }[] {
  const { notebook } = service;
  return (optional(at(service, "volumes_from"), list, notebook) ?? []).flatMap((field) => {
    const match = /^(?:(?:container|service):)?([^:]+)(?::(ro|rw))?$/.exec(text(field, notebook) ?? "");
    if (match === null) notebook.error(field, "volumes_from names services", "write SERVICE or SERVICE:ro");
    return match === null ? [] : [{ service: match[1] ?? "", readOnly: match[2] === "ro", field }];
  });
}

function mountedFrom(service: ServiceField): readonly Wanted[] {
  return readVolumesFrom(service).map(({ service: name, field }) => started(name, field, false));
}

/** Rancher started a service's sidekicks with it. */
function sidekicks(service: ServiceField): readonly Wanted[] {
  const labels = at(service, "labels");
  const field =
    labels?.node.kind === "list"
      ? items(labels).find(({ node }) => scalarText(node)?.startsWith("io.rancher.sidekicks="))
      : child(labels, "io.rancher.sidekicks");
  const names = (field && scalarText(field.node)?.replace(/^io\.rancher\.sidekicks=/, "")) ?? "";
  if (field === undefined) return [];
  return names
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => started(name, field, false));
}
