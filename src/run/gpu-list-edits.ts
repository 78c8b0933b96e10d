// A vendor's GPUs without a CDI specification, as Apptainer has it: libraries of the host's linker under /.singularity.d/libs, programs
// under /usr/bin, and, where the container has a /dev of its own, the device nodes.

import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CacheEntry, MAX_CACHE_BYTES, readLdCache } from "../elf/ld-cache.ts";
import { readIfAny } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";
import { type DeviceEdits, NO_EDITS } from "./cdi-edits.ts";
import type { ContainerEdits, DeviceNode } from "./cdi-spec.ts";
import { type Machine, NVIDIA, type Vendor, visibleDevices } from "./cdi-visible.ts";
import { LD_CACHE } from "./device-libraries.ts";
import { LIBS_DIR } from "./environment.ts";
import { type GpuList, LIST_NAMES, meansLibrary, OWN_LISTS, parseGpuList } from "./gpu-lists.ts";
import type { MountRecord } from "./launch-plan.ts";

/** Where the host's things are; tests have their own. */
export interface HostPlaces {
  /** Folders in which lists may lie. */
  readonly lists: readonly string[];
  readonly cache: string;
  readonly dev: string;
}

export const HOST_PLACES: HostPlaces = {
  lists: ["/etc/berth", "/etc/apptainer", "/usr/local/etc/apptainer", "/etc/singularity", "/usr/local/etc/singularity"],
  cache: LD_CACHE,
  dev: "/dev",
};

/** The edits; undefined when the host has nothing of the vendor. */
export function gpuListEdits(vendor: Vendor, machine: Machine, places: HostPlaces): DeviceEdits | undefined {
  const nodes = gpuNodes(vendor, places.dev);
  const visible = visibleDevices(vendor, nodes.units, machine);
  if (visible.devices === "nothing") return { ...NO_EDITS, env: visible.env };
  const list = hostList(vendor, places);
  const libraries = libraryMounts(list, places.cache);
  // AMD's libraries are on many machines without its devices: they go with Mesa.
  if (nodes.control.length === 0 && (vendor !== NVIDIA || libraries.length === 0)) return undefined;
  const programs = programMounts(list, machine.env);
  const files = list.files.filter(readable).map((path) => bind(path, path));
  const chosen = visible.devices === "none" ? [] : visible.devices;
  const units = chosen.flatMap((name) => nodes.units.get(name)?.deviceNodes ?? []);
  const shared = chosen.length === nodes.units.size ? [...nodes.control, ...nodes.cards] : nodes.control;
  const devices = machine.ownNodes ? [...shared, ...units] : [];
  return {
    ...NO_EDITS,
    mounts: [...devices.map(deviceMount), ...libraries, ...programs, ...files],
    env: visible.env,
    libraryFolders: libraries.length > 0 ? [LIBS_DIR] : [],
  };
}

interface Nodes {
  /** Each GPU as if a specification had it. */
  readonly units: ReadonlyMap<string, ContainerEdits>;
  /** Nodes that belong to no single GPU. */
  readonly control: readonly DeviceNode[];
  /** Nodes of GPUs as displays, whose numbers do not tell which GPU is meant. */
  readonly cards: readonly DeviceNode[];
}

function gpuNodes(vendor: Vendor, dev: string): Nodes {
  const names =
    vendor === NVIDIA ? nvidiaNodes(dev) : ["kfd", ...namesIn(join(dev, "dri")).map((name) => `dri/${name}`)];
  const nodes = names.map((name): DeviceNode => ({ path: `/dev/${name}`, hostPath: join(dev, name) }));
  const devices = nodes.filter(({ hostPath }) => isDevice(hostPath));
  const isCard = ({ path }: DeviceNode) => /^\/dev\/dri\/card\d+$/.test(path);
  const isUnit = ({ path }: DeviceNode) => vendor.node.test(path);
  const isOther = ({ path }: DeviceNode) => /^\/dev\/(kfd|nvidia.*)$/.test(path);
  return {
    units: new Map(
      devices.filter(isUnit).map((node, index) => [String(index), { ...NO_CONTAINER_EDITS, deviceNodes: [node] }]),
    ),
    control: devices.filter((node) => isOther(node) && !isUnit(node)),
    cards: devices.filter(isCard),
  };
}

function nvidiaNodes(dev: string): string[] {
  const caps = namesIn(join(dev, "nvidia-caps")).map((name) => `nvidia-caps/${name}`);
  return [...namesIn(dev).filter((name) => name.startsWith("nvidia")), ...caps];
}

const NO_CONTAINER_EDITS = { env: [], deviceNodes: [], mounts: [], hooks: [], groups: [], netDevices: [] } as const;

function hostList(vendor: Vendor, { lists }: HostPlaces): GpuList {
  const name = LIST_NAMES[vendor.kind] ?? "";
  const path = lists.map((folder) => join(folder, name)).find(readable);
  return path === undefined ? (OWN_LISTS[vendor.kind] ?? parseGpuList("")) : parseGpuList(readIfAny(path));
}

function libraryMounts({ libraries }: GpuList, cachePath: string): MountRecord[] {
  const entries = hostCache(cachePath);
  // The host's linker takes the first of a name: so does this. 32-bit libraries would need a folder of their own.
  const flags = entries.find(({ name }) => name === "libc.so.6")?.flags;
  const found = new Map<string, string>();
  for (const entry of entries) {
    const wanted =
      entry.flags === flags && entry.hwcap === 0n && libraries.some((one) => meansLibrary(one, entry.name));
    if (wanted && !found.has(entry.name) && readable(entry.path)) found.set(entry.name, entry.path);
  }
  return [...found].map(([name, path]) => bind(path, `${LIBS_DIR}/${name}`));
}

function hostCache(path: string): readonly CacheEntry[] {
  try {
    if (statSync(path).size > MAX_CACHE_BYTES) return [];
    return readLdCache(readFileSync(path))?.entries ?? [];
  } catch {
    return [];
  }
}

function programMounts({ programs }: GpuList, env: Environment): MountRecord[] {
  const folders = [...(env["PATH"] ?? "").split(":").filter((dir) => dir.startsWith("/")), "/usr/bin", "/opt/rocm/bin"];
  return programs.flatMap((name) => {
    const path = folders.map((folder) => join(folder, name)).find((place) => allows(place, constants.X_OK));
    return path === undefined ? [] : [bind(path, `/usr/bin/${name}`)];
  });
}

function bind(source: string, target: string): MountRecord {
  return { op: "bind", source, target, flags: ["ro"] };
}

function deviceMount({ path, hostPath }: DeviceNode): MountRecord {
  return { op: "bind", source: hostPath, target: path, flags: ["dev"] };
}

function isDevice(path: string): boolean {
  const info = statSync(path, { throwIfNoEntry: false });
  return info !== undefined && (info.isCharacterDevice() || info.isBlockDevice());
}

function readable(path: string): boolean {
  return allows(path, constants.R_OK);
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
