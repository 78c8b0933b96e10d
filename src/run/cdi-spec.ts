// Specifications of the Container Device Interface, versions 0.3 to 1: parsing at the border, so that the rest trusts what it gets.
// Pure. Annotations and cache allocation (intelRdt) mean nothing to a container without a privileged runtime, and are passed over, as
// are fields that a later version may add.

import { isDevice, isKind } from "./cdi-name.ts";

/** A device node of the container. */
export interface DeviceNode {
  /** Absolute and normalised, as every path here. */
  readonly path: string;
  readonly hostPath: string;
}

/** A file, directory or tmpfs of the container. */
export interface DeviceMount {
  readonly type: "bind" | "tmpfs";
  readonly hostPath: string;
  readonly containerPath: string;
  readonly options: readonly string[];
}

/** A program that the vendor wants to be run while a container is made. */
export interface DeviceHook {
  readonly hookName: string;
  readonly path: string;
  readonly args: readonly string[];
}

/** The changes that a device, or a specification as a whole, makes to a container. */
export interface ContainerEdits {
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly deviceNodes: readonly DeviceNode[];
  readonly mounts: readonly DeviceMount[];
  readonly hooks: readonly DeviceHook[];
  readonly groups: readonly number[];
  /** Names of network devices that would have to be moved into the container (version 1.1). */
  readonly netDevices: readonly string[];
}

/** A specification. */
export interface CdiSpec {
  /** `vendor/class`. */
  readonly kind: string;
  readonly devices: ReadonlyMap<string, ContainerEdits>;
  /** Applied once when any device of the specification is used. */
  readonly common: ContainerEdits;
}

type Fields = Readonly<Record<string, unknown>>;

/** Thrown and caught in this file: a document that is no specification. */
class Unfit extends Error {}

/** More than any vendor's file holds. */
const MAX_ENTRIES = 10_000;

/** The specification in a parsed JSON or YAML document, or why it is none. */
export function parseCdiSpec(document: unknown): CdiSpec | string {
  try {
    return readSpec(record(document, "it"));
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}

function readSpec(spec: Fields): CdiSpec {
  const { kind, cdiVersion } = spec;
  if (!isKind(kind)) throw new Unfit("it has no kind of the form vendor/class");
  if (typeof cdiVersion !== "string") throw new Unfit("it has no cdiVersion");
  if (!/^v?(0\.[3-9]|1\.\d+)\.\d+$/.test(cdiVersion))
    throw new Unfit(`its cdiVersion is ${cdiVersion.slice(0, 40)}; known are 0.3.0 to 1.x`);
  const devices = new Map<string, ContainerEdits>();
  for (const entry of list(spec["devices"], "devices")) {
    const device = record(entry, "a device");
    // A YAML reader makes a number of `name: 0`.
    const name = typeof device["name"] === "number" ? String(device["name"]) : device["name"];
    if (!isDevice(name)) throw new Unfit(`${shown(device["name"])} is not the name of a device`);
    if (devices.has(name)) throw new Unfit(`it has the device ${name} twice`);
    devices.set(name, readEdits(device["containerEdits"], `device ${name}`));
  }
  return { kind, devices, common: readEdits(spec["containerEdits"], "containerEdits") };
}

function readEdits(value: unknown, where: string): ContainerEdits {
  const edits = value === undefined || value === null ? {} : record(value, where);
  const each = <T>(key: string, read: (fields: Fields, what: string) => T): T[] =>
    list(edits[key], `${where}: ${key}`).map((entry) => read(record(entry, `${where}: ${key}`), `${where}: ${key}`));
  return {
    env: texts(edits["env"], `${where}: env`).map((line) => assignment(line, where)),
    deviceNodes: each("deviceNodes", readNode),
    mounts: each("mounts", readMount),
    hooks: each("hooks", readHook),
    groups: list(edits["additionalGids"], `${where}: additionalGids`).map((id) => groupId(id, where)),
    netDevices: each("netDevices", (fields) => shown(fields["hostInterfaceName"])),
  };
}

function assignment(line: string, where: string): readonly [string, string] {
  const equals = line.indexOf("=");
  if (equals < 1 || line.includes("\0")) throw new Unfit(`${where}: ${shown(line)} is not NAME=VALUE`);
  return [line.slice(0, equals), line.slice(equals + 1)];
}

// What is at `hostPath` decides on number, mode and owner: a node of one's own cannot be made without privilege.
function readNode(fields: Fields, where: string): DeviceNode {
  const { type, permissions } = fields;
  if (type !== undefined && !["", "b", "c", "u", "p"].includes(type as string))
    throw new Unfit(`${where}: ${shown(type)} is no type of a device`);
  if (permissions !== undefined && !(typeof permissions === "string" && /^[rwm]{0,3}$/.test(permissions)))
    throw new Unfit(`${where}: ${shown(permissions)} are no permissions of a device`);
  const place = path(fields["path"], where);
  const from = fields["hostPath"];
  return { path: place, hostPath: from === undefined || from === "" ? place : path(from, where) };
}

function readMount(fields: Fields, where: string): DeviceMount {
  const options = texts(fields["options"], `${where}: options`);
  const type = fields["type"];
  const containerPath = path(fields["containerPath"], where);
  if (type === "tmpfs") return { type, hostPath: "", containerPath, options };
  if (type !== undefined && type !== "" && type !== "bind" && type !== "none")
    throw new Unfit(`${where}: mounts of type ${shown(type)} need privileges`);
  return { type: "bind", hostPath: path(fields["hostPath"], where), containerPath, options };
}

function readHook(fields: Fields, where: string): DeviceHook {
  const { hookName, path: program } = fields;
  if (typeof hookName !== "string" || typeof program !== "string")
    throw new Unfit(`${where}: a hook lacks its name or path`);
  return { hookName, path: program, args: texts(fields["args"], `${where}: args`) };
}

function groupId(value: unknown, where: string): number {
  const fits = typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32 - 1;
  if (!fits) throw new Unfit(`${where}: ${shown(value)} is no group's number`);
  return value;
}

/** A path of a specification, normalised: absolute, not the root, no `..` (a container's files are never left by it). */
function path(value: unknown, where: string): string {
  const fits = typeof value === "string" && value.startsWith("/") && value.length < 4096 && !value.includes("\0");
  const parts = fits ? value.split("/").filter((part) => part !== "" && part !== ".") : [];
  if (parts.length === 0 || parts.includes("..")) throw new Unfit(`${where}: ${shown(value)} is not an absolute path`);
  return `/${parts.join("/")}`;
}

function texts(value: unknown, where: string): readonly string[] {
  const entries = list(value, where);
  return entries.map((entry) => {
    if (typeof entry !== "string") throw new Unfit(`${where}: ${shown(entry)} is no text`);
    return entry;
  });
}

function list(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Unfit(`${where} is no list`);
  if (value.length > MAX_ENTRIES) throw new Unfit(`${where} has more than ${MAX_ENTRIES} entries`);
  return value;
}

function record(value: unknown, where: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Unfit(`${where} is no object`);
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return `"${text.slice(0, 80)}"`;
}
