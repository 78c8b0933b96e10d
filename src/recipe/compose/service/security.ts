// What a service's containers may do on the machine: capabilities, devices, GPUs, and which of the machine's spaces they share.

import type { SecuritySpec } from "../../stack/types.ts";
import { list, words } from "../collections.ts";
import { child, type Field, flag, items, keyOf, optional, type Reader, text, whole } from "../fields.ts";
import type { Notebook } from "../notebook.ts";
import { at, read, type ServiceField } from "../reading.ts";
import { scalarText } from "../tree.ts";

/** Reads everything that opens or closes the machine to a container. */
export function readSecurity(service: ServiceField): SecuritySpec {
  const { notebook } = service;
  return {
    privileged: read(service, "privileged", flag, "security/privileged") ?? false,
    capAdd: capabilities(service, "cap_add", "capAdd"),
    capDrop: capabilities(service, "cap_drop", "capDrop"),
    securityOpt: placedWords(service, "security_opt", "securityOpt"),
    devices: readDevices(service),
    gpus: readGpus(service),
    pid: read(service, "pid", space, "security/pid"),
    ipc: read(service, "ipc", space, "security/ipc"),
    uts: read(service, "uts", text, "security/uts"),
    usernsMode: read(service, "userns_mode", text, "security/usernsMode"),
    cgroup: read(service, "cgroup", text, "security/cgroup"),
    cgroupParent: read(service, "cgroup_parent", text, "security/cgroupParent"),
    runtime: read(service, "runtime", text, "security/runtime"),
    deviceCgroupRules: optional(at(service, "device_cgroup_rules"), words, notebook) ?? [],
  };
}

/** `container:NAME` of Compose 2.x files and Rancher means a service of the file: it is the only container that is known. */
const space: Reader<string> = (field, notebook) => text(field, notebook)?.replace(/^container:/, "service:");

function placedWords(service: ServiceField, key: string, spec: string): readonly string[] {
  const field = at(service, key);
  if (field === undefined) return [];
  service.notebook.place(`${service.pointer}/security/${spec}`, field.at);
  items(field).forEach((item, index) => {
    service.notebook.place(`${service.pointer}/security/${spec}/${index}`, item.at);
  });
  return words(field, service.notebook) ?? [];
}

function capabilities(service: ServiceField, key: string, spec: string): readonly string[] {
  const names = placedWords(service, key, spec).map((name) => name.trim().toUpperCase().replace(/^CAP_/, ""));
  return [...new Set(names)];
}

function readDevices(service: ServiceField): readonly string[] {
  const { notebook } = service;
  return (optional(at(service, "devices"), list, notebook) ?? []).flatMap((field, index) => {
    notebook.place(`${service.pointer}/security/devices/${index}`, field.at);
    return device(field, notebook) ?? [];
  });
}

function device(field: Field, notebook: Notebook): string | undefined {
  if (field.node.kind !== "map") return text(field, notebook);
  const source = optional(child(field, "source"), text, notebook);
  const target = optional(child(field, "target"), text, notebook);
  const permissions = optional(child(field, "permissions"), text, notebook);
  if (source === undefined) notebook.error(field, "a device has no source", "write source: /dev/NAME");
  if (source === undefined) return undefined;
  if (permissions !== undefined) return `${source}:${target ?? source}:${permissions}`;
  return target === undefined ? source : `${source}:${target}`;
}

/** `gpus` and the devices of `deploy.resources.reservations`, as CDI names. */
function readGpus(service: ServiceField): readonly string[] {
  const { notebook } = service;
  const own = at(service, "gpus");
  const place = (field: Field) => notebook.place(`${service.pointer}/security/gpus`, field.at);
  const found: string[] = [];
  if (own !== undefined) {
    place(own);
    if (scalarText(own.node) === "all") found.push(gpuName("nvidia", "all"));
    else for (const field of list(own, notebook) ?? []) found.push(...gpu(field, "gpu", notebook));
  }
  const reserved = at(service, "deploy.resources.reservations.devices");
  for (const field of optional(reserved, list, notebook) ?? []) {
    place(field);
    found.push(...gpu(field, undefined, notebook));
  }
  for (const name of found)
    if (!CDI_NAME.test(name)) notebook.error(own ?? reserved ?? service.field, `${name} is no CDI name`);
  return [...new Set(found)];
}

const CDI_NAME = /^[A-Za-z][A-Za-z0-9.-]*\/[A-Za-z][A-Za-z0-9_-]*=[A-Za-z0-9][A-Za-z0-9._:-]*$/;

function gpuName(driver: string, which: string | number): string {
  return `${driver.includes("/") ? driver : `${driver}.com/gpu`}=${which}`;
}

function gpu(field: Field, assumed: string | undefined, notebook: Notebook): readonly string[] {
  // A CDI name is written as it is.
  if (field.node.kind === "scalar") return [text(field, notebook) ?? ""].filter(Boolean);
  const driver = optional(child(field, "driver"), text, notebook) ?? "nvidia";
  const abilities = optional(child(field, "capabilities"), words, notebook) ?? (assumed === undefined ? [] : [assumed]);
  const ids = optional(child(field, "device_ids"), words, notebook);
  if (driver === "cdi") return ids ?? [];
  if (!abilities.some((ability) => ability === "gpu" || ability === "nvidia")) {
    notebook.refuse(child(field, "capabilities") ?? field, "only GPUs are reserved", "write capabilities: [gpu]");
    return [];
  }
  const count = child(field, "count");
  if (ids !== undefined) {
    if (count !== undefined) notebook.error(count, "count and device_ids exclude each other");
    return ids.map((id) => gpuName(driver, id));
  }
  if (count === undefined || scalarText(count.node) === "all" || scalarText(count.node) === "-1")
    return [gpuName(driver, "all")];
  const number = whole(1, 64)(count, notebook) ?? 0;
  if (number > 0) notebook.info(count, `${keyOf(count)} ${number}: the first ${number} of the machine are given`);
  return Array.from({ length: number }, (_, index) => gpuName(driver, index));
}
