// What is mounted into a service's containers: volumes, folders of the machine, memory.

import { posix } from "node:path";
import type { MountSpec } from "../../stack/types.ts";
import { list, oneOrMore } from "../collections.ts";
import { child, type Field, flag, keyOf, oneOf, optional, text } from "../fields.ts";
import { fileMode, size, sizeBytes } from "../measures.ts";
import type { Notebook } from "../notebook.ts";
import { at, type ServiceField } from "../reading.ts";

const PROPAGATIONS = ["rprivate", "private", "rshared", "shared", "rslave", "slave"] as const;

/** A mount with the field that asks for it. */
export interface Mounted {
  readonly mount: MountSpec;
  readonly field: Field;
}

/** Reads `volumes` and `tmpfs`. */
export function readMounts(service: ServiceField): readonly Mounted[] {
  const { notebook } = service;
  const volumes = (optional(at(service, "volumes"), list, notebook) ?? []).flatMap((field) => {
    const mount = field.node.kind === "map" ? longForm(field, service) : shortForm(field, service);
    return mount === undefined ? [] : [{ mount, field }];
  });
  const memory = (optional(at(service, "tmpfs"), oneOrMore, notebook) ?? []).flatMap((field) => {
    const mount = tmpfs(field, notebook);
    return mount === undefined ? [] : [{ mount, field }];
  });
  return [...volumes, ...memory];
}

/** A container's path, made plain; what is not absolute is noted. */
function targetOf(written: string | undefined, field: Field, notebook: Notebook): string | undefined {
  if (written?.startsWith("/") !== true) {
    notebook.error(field, `${written ?? keyOf(field)} is no absolute path of the container`, "write SOURCE:/PATH");
    return undefined;
  }
  const path = posix.normalize(written);
  return path.length > 1 ? path.replace(/(?<!\/)\/+$/, "") : path;
}

function shortForm(field: Field, service: ServiceField): MountSpec | undefined {
  const { notebook } = service;
  const written = text(field, notebook);
  if (written === undefined) return undefined;
  const parts = written.split(":");
  if (parts.length > 3 || parts.some((part) => part === "")) {
    notebook.error(field, `${written} is no mount`, "write SOURCE:/PATH, or SOURCE:/PATH:ro");
    return undefined;
  }
  const [source, inner] = parts.length === 1 ? [undefined, parts[0]] : [parts[0], parts[1]];
  const target = targetOf(inner, field, notebook);
  const options = optionsOf(parts[2], field, notebook);
  if (target === undefined) return undefined;
  if (source !== undefined && /^[./~]/.test(source)) {
    return bind(source, target, field, notebook, { ...options, create: true });
  }
  return volume(source, target, field, notebook, options);
}

interface Options {
  readonly readOnly: boolean;
  readonly noCopy: boolean;
  readonly propagation?: string | undefined;
}

function optionsOf(written: string | undefined, field: Field, notebook: Notebook): Options {
  const words = written?.split(",") ?? [];
  const propagation = PROPAGATIONS.find((word) => words.includes(word));
  for (const word of words) {
    if (word === "z" || word === "Z")
      notebook.warn(field, `${word} has no effect: labels of files are the site's to set`);
    else if (["cached", "delegated", "consistent"].includes(word)) {
      notebook.warn(field, `${word} has no effect: it is for engines in virtual machines`);
    } else if (!["ro", "rw", "nocopy", propagation].includes(word)) {
      notebook.error(field, `${word} is no option of a mount`, "ro, rw, nocopy, and how mounts are passed on are");
    }
  }
  return { readOnly: words.includes("ro"), noCopy: words.includes("nocopy"), propagation };
}

function bind(
  source: string,
  target: string,
  field: Field,
  notebook: Notebook,
  options: { readOnly: boolean; create: boolean; propagation?: string | undefined },
): MountSpec | undefined {
  if (!source.startsWith("/")) {
    const cure = "write an absolute path of the site's file systems, use a volume, or carry the file as a config";
    notebook.refuse(field, `${source} is a path of your own machine, which a server does not have`, cure);
    return undefined;
  }
  const { readOnly, propagation, create } = options;
  const plain = posix.normalize(source);
  return {
    kind: "bind",
    source: plain.length > 1 ? plain.replace(/(?<!\/)\/+$/, "") : plain,
    target,
    readOnly,
    propagation,
    create,
  };
}

function volume(
  name: string | undefined,
  target: string,
  field: Field,
  notebook: Notebook,
  options: { readOnly: boolean; noCopy: boolean; subpath?: string | undefined },
): MountSpec | undefined {
  if (name === undefined) {
    notebook.refuse(
      field,
      "a volume without a name would be lost with its container",
      "name it and declare it under volumes",
    );
    return undefined;
  }
  const { readOnly, noCopy, subpath } = options;
  return { kind: "volume", volume: name, target, readOnly, noCopy, subpath };
}

const TYPES = ["volume", "bind", "tmpfs"] as const;

function longForm(field: Field, service: ServiceField): MountSpec | undefined {
  const { notebook } = service;
  const typed = child(field, "type");
  if (typed === undefined) notebook.error(field, "a mount has no type", "write type: volume, bind or tmpfs");
  const kind = optional(typed, oneOf(TYPES), notebook);
  const target = targetOf(optional(child(field, "target"), text, notebook), child(field, "target") ?? field, notebook);
  const source = optional(child(field, "source"), text, notebook);
  const readOnly = optional(child(field, "read_only"), flag, notebook) ?? false;
  if (kind === undefined || target === undefined) return undefined;
  warnForeign(field, kind, notebook);
  if (kind === "tmpfs") return memory(field, target, notebook);
  if (kind === "volume") {
    const own = child(field, "volume");
    const noCopy = optional(child(own, "nocopy"), flag, notebook) ?? false;
    const subpath = optional(child(own, "subpath"), text, notebook);
    return volume(source, target, field, notebook, { readOnly, noCopy, subpath });
  }
  const own = child(field, "bind");
  const create = optional(child(own, "create_host_path"), flag, notebook) ?? true;
  const propagation = optional(child(own, "propagation"), oneOf(PROPAGATIONS), notebook);
  if (source === undefined) notebook.error(field, "a bind mount has no source", "write source: /PATH");
  return source === undefined ? undefined : bind(source, target, field, notebook, { readOnly, propagation, create });
}

/** Options of another type of mount are without meaning. */
function warnForeign(field: Field, kind: string, notebook: Notebook): void {
  const unused = kind === "tmpfs" ? ["source", "read_only"] : [];
  for (const key of unused) {
    const option = child(field, key);
    if (option !== undefined) notebook.warn(option, `${key} has no effect: the mount's type is ${kind}`);
  }
  for (const other of TYPES) {
    const options = other === kind ? undefined : child(field, other);
    if (options !== undefined) notebook.warn(options, `${other} has no effect: the mount's type is ${kind}`);
  }
}

function memory(field: Field, target: string, notebook: Notebook): MountSpec {
  const own = child(field, "tmpfs");
  const bytes = optional(child(own, "size"), size, notebook);
  const mode = optional(child(own, "mode"), fileMode, notebook);
  return { kind: "tmpfs", target, bytes, mode };
}

/** `PATH[:OPTION,…]`. */
function tmpfs(field: Field, notebook: Notebook): MountSpec | undefined {
  const written = text(field, notebook);
  if (written === undefined) return undefined;
  const colon = written.indexOf(":");
  const target = targetOf(colon < 0 ? written : written.slice(0, colon), field, notebook);
  let bytes: number | undefined;
  let mode: number | undefined;
  for (const option of colon < 0 ? [] : written.slice(colon + 1).split(",")) {
    const [name = "", value = ""] = option.split("=");
    if (name === "size") bytes = sizeBytes(value);
    else if (name === "mode" && /^[0-7]{1,4}$/.test(value)) mode = Number.parseInt(value, 8);
    else if (!["rw", "nosuid", "nodev", "noexec"].includes(name)) {
      notebook.warn(field, `${option} has no effect: a tmpfs has a size and a mode`, "write size=64m or mode=1777");
    }
    if (name === "size" && bytes === undefined) notebook.error(field, `${value} is no size`, "write one such as 64m");
  }
  return target === undefined ? undefined : { kind: "tmpfs", target, bytes, mode };
}
