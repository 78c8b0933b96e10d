// Which GPUs of a vendor a process may see, by the variables with which batch systems and users bind them. Devices that a control group
// closes are not counted: batch systems number those that are left. Pure: what the machine says comes in as functions and maps.

import type { Environment } from "../platform/user.ts";
import type { ContainerEdits } from "./cdi-spec.ts";

/** How one vendor names and binds its devices. */
export interface Vendor {
  /** `vendor/class`. */
  readonly kind: string;
  /** The variable that containers go by: `all`, `none`, `void`, or a list. */
  readonly own: string;
  /** Variables that bind devices to processes; the first that is set counts. */
  readonly binding: readonly string[];
  /** Device nodes with one GPU each. */
  readonly node: RegExp;
}

export const NVIDIA: Vendor = {
  kind: "nvidia.com/gpu",
  own: "NVIDIA_VISIBLE_DEVICES",
  binding: ["CUDA_VISIBLE_DEVICES"],
  node: /^\/dev\/nvidia(\d+)$/,
};

export const AMD: Vendor = {
  kind: "amd.com/gpu",
  own: "AMD_VISIBLE_DEVICES",
  binding: ["ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"],
  node: /^\/dev\/dri\/renderD(\d+)$/,
};

/** The vendor of a kind, when berth knows how its devices are bound. */
export function vendorOf(kind: string): Vendor | undefined {
  return [NVIDIA, AMD].find((vendor) => vendor.kind === kind);
}

/** What the machine says. */
export interface Machine {
  readonly env: Environment;
  /** True when the process may read and write the device: control groups have their say. */
  usable(node: string): boolean;
  /** Node of a GPU by its UUID. */
  readonly uuids: ReadonlyMap<string, string>;
  /** The container gets device nodes of its own: those that are left out cannot be counted in it. */
  readonly ownNodes: boolean;
}

/** The choice. */
export interface Visible {
  /** Names of devices; `none`: the vendor's libraries alone; `nothing`: not even these. */
  readonly devices: readonly string[] | "none" | "nothing";
  /** The binding variables as they are in the container. */
  readonly env: ReadonlyMap<string, string>;
  /** The variable that decided. */
  readonly by: string | undefined;
  /** What the variable names and there is not. */
  readonly absent: readonly string[];
}

/** A device of a specification with one GPU. */
interface Unit {
  readonly name: string;
  readonly node: string;
}

/** Chooses among the devices of a vendor. */
export function visibleDevices(
  vendor: Vendor,
  devices: ReadonlyMap<string, ContainerEdits>,
  machine: Machine,
): Visible {
  const { env } = machine;
  const units = unitsOf(vendor, devices).filter(({ node }) => machine.usable(node));
  const own = env[vendor.own];
  // Said in any case: an empty value, or one that `--cleanenv` takes away, would open all GPUs of the host's /dev.
  const said = new Map(vendor.binding.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])));
  const decided = { env: said, absent: [] };
  if (own === "void" || own === "") return { ...decided, devices: "nothing", by: vendor.own };
  if (own === "none") return { ...decided, devices: "none", by: vendor.own };
  const by = own !== undefined && own !== "all" ? vendor.own : vendor.binding.find((name) => env[name] !== undefined);
  if (by === undefined) return { ...decided, devices: everything(vendor, devices, units), by };
  const words = (env[by] ?? "").split(",").map((word) => word.trim());
  // As the vendors' own libraries: what comes behind the first that is not there does not count.
  const found = words.map((word) => deviceOf(word, units, devices, machine.uuids));
  const end = found.indexOf(undefined);
  // Each device once, with the first word that means it: a list that repeats one is no list to the vendors' libraries.
  const chosen = new Map<string, string>();
  for (const [n, name] of (end < 0 ? found : found.slice(0, end)).entries())
    if (name !== undefined && !chosen.has(name)) chosen.set(name, words[n] ?? name);
  const absent = end < 0 ? [] : words.slice(end).filter((word) => !isNobody(word));
  if (chosen.size === 0) return { ...decided, devices: "none", by, absent };
  const bound = boundAnew(vendor, { by, words: [...chosen.values()], said }, machine.ownNodes);
  return { devices: [...chosen.keys()], by, absent, env: new Map([...said, ...bound]) };
}

interface Binding {
  readonly by: string;
  /** One for each chosen device. */
  readonly words: readonly string[];
  /** The binding variables of the caller. */
  readonly said: ReadonlyMap<string, string>;
}

// A container with nodes of its own counts only those; one with the host's /dev must be told what others have told it not to use.
function boundAnew({ own, binding }: Vendor, { by, words, said }: Binding, ownNodes: boolean): [string, string][] {
  if (!ownNodes) return by === own ? [[binding[0] ?? own, words.join(",")]] : [];
  const anew = words.map((_, n) => n).join(",");
  if (by === own) return [...said.keys()].map((name) => [name, anew]);
  return words.every((word) => /^\d+$/.test(word)) ? [[by, anew]] : [];
}

// Words by which batch systems say "no GPU".
function isNobody(word: string): boolean {
  return ["", "-1", "NoDevFiles", "none", "void"].includes(word);
}

function everything(
  vendor: Vendor,
  devices: ReadonlyMap<string, ContainerEdits>,
  usable: readonly Unit[],
): readonly string[] {
  const all = unitsOf(vendor, devices);
  if (devices.has("all") && usable.length === all.length) return ["all"];
  if (all.length > 0) return usable.map(({ name }) => name);
  return [...devices.keys()].filter((name) => name !== "all");
}

// One device for each node, by the order of the nodes: files may name one GPU by number and by UUID. Parts of a GPU (MIG) share
// their node with the whole.
function unitsOf(vendor: Vendor, devices: ReadonlyMap<string, ContainerEdits>): Unit[] {
  const units = new Map<number, Unit>();
  for (const [name, { deviceNodes }] of devices) {
    if (name === "all" || name.includes(":") || name.startsWith("MIG-")) continue;
    const nodes = deviceNodes.filter(({ path }) => vendor.node.test(path));
    const [node] = nodes;
    if (node === undefined || nodes.length > 1) continue;
    const number = Number(vendor.node.exec(node.path)?.[1]);
    if (!units.has(number) || /^\d+$/.test(name)) units.set(number, { name, node: node.hostPath });
  }
  return [...units].sort(([a], [b]) => a - b).map(([, unit]) => unit);
}

function deviceOf(
  word: string,
  units: readonly Unit[],
  devices: ReadonlyMap<string, ContainerEdits>,
  uuids: ReadonlyMap<string, string>,
): string | undefined {
  if (/^\d{1,4}$/.test(word))
    return units[Number(word)]?.name ?? (units.length === 0 && devices.has(word) ? word : undefined);
  if (isNobody(word) || word === "all") return undefined;
  if (devices.has(word)) return word;
  // A UUID may be cut short as long as it is unique.
  const known = [...devices.keys()].filter((name) => name.startsWith(word));
  if (known.length === 1 && word.includes("-")) return known[0];
  const nodes = new Set([...uuids].filter(([uuid]) => uuid.startsWith(word)).map(([, node]) => node));
  const [node] = nodes.size === 1 ? nodes : [];
  return node === undefined ? undefined : units.find((unit) => unit.node === node)?.name;
}

/** UUID and device node in a file `information` of NVIDIA's driver (/proc/driver/nvidia/gpus). */
export function parseGpuInformation(text: string): readonly [uuid: string, node: string] | undefined {
  const uuid = /^GPU UUID:\s*(GPU-[0-9a-f-]{36})\s*$/m.exec(text)?.[1];
  const minor = /^Device Minor:\s*(\d{1,4})\s*$/m.exec(text)?.[1];
  return uuid === undefined || minor === undefined ? undefined : [uuid, `/dev/nvidia${minor}`];
}
