// Finds the devices that a launch asks for: by the CDI specifications of the host, and GPUs also without. Loaded only when a device is
// asked for.

import { accessSync, constants, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { readIfAny } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";
import { addEdits, combineEdits, type DeviceEdits, NO_EDITS, type PlacedSpec, resolveDevice } from "./cdi-edits.ts";
import { CDI_DIRS, readSpecs } from "./cdi-files.ts";
import { type DevForm, placeNodes, withoutFaults } from "./cdi-host.ts";
import { type DeviceName, fullName, parseDeviceName } from "./cdi-name.ts";
import type { ContainerEdits } from "./cdi-spec.ts";
import {
  type Machine,
  NVIDIA,
  parseGpuInformation,
  type Vendor,
  type Visible,
  vendorOf,
  visibleDevices,
} from "./cdi-visible.ts";
import { gpuListEdits, HOST_PLACES, type HostPlaces } from "./gpu-list-edits.ts";

const fail = defineErrors({
  E_DEVICE: {
    text: "no CDI specification in {dirs} has the device {name}",
    hint: "known devices: {known}; specifications are made by the vendor's tool: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml, amd-ctk cdi generate --output=/etc/cdi/amd.json",
  },
  E_DEVICE_NAME: {
    text: '"{name}" is not the name of a CDI device',
    hint: "write vendor/class=name, such as nvidia.com/gpu=0",
  },
  E_DEVICE_TWICE: {
    text: "the device {name} is in several specifications of one folder: {paths}",
    hint: "remove all but one of the files, or put the one that counts into a later folder",
  },
  E_DEVICE_HOST: {
    text: "the device {name} needs {path} of this host: {reason}",
    hint: "is its driver loaded? After a change of drivers the specification must be made anew by the vendor's tool",
  },
  E_DEVICE_NETWORK: {
    text: "the device {name} wants the network device {network} moved into the container, which needs privileges",
    hint: "use the host's network, which containers have unless --net is given",
  },
});

/** What is asked for, by whom. */
export interface DeviceWish {
  /**
   * Names `vendor/class=name`. One with `?` in front, `?vendor/class=all`, means the GPUs of that vendor that the caller may see, by
   * specifications or without, and none is no failure: job scripts carry these flags to nodes without the hardware.
   */
  readonly names: readonly string[];
  /** Folders of specifications; empty for the usual ones. */
  readonly dirs: readonly string[];
  readonly env: Environment;
  readonly dev: DevForm;
  readonly log: Log;
  /** For tests: where the host's libraries and nodes are. */
  readonly places?: HostPlaces;
}

/** The edits of the devices. @throws E_DEVICE, E_DEVICE_NAME, E_DEVICE_TWICE, E_DEVICE_HOST, E_DEVICE_NETWORK */
export async function findDevices(wish: DeviceWish): Promise<DeviceEdits> {
  const dirs = wish.dirs.length > 0 ? wish.dirs : CDI_DIRS;
  const specs = await readSpecs(dirs, wish.log);
  let edits = NO_EDITS;
  for (const text of wish.names) {
    const name = parseDeviceName(text.replace(/^\?/, ""));
    if (name === undefined) throw fail("E_DEVICE_NAME", { name: text });
    const vendor = vendorOf(name.kind);
    const asked = text.startsWith("?");
    if (asked && vendor && name.device === "all") edits = addEdits(edits, visibleEdits(vendor, specs, dirs, wish));
    else if (asked && resolveDevice(name, specs) === undefined) wish.log.warn(absentText(fullName(name), dirs));
    else edits = addEdits(edits, namedEdits(name, specs, dirs));
  }
  sayNotes(edits, wish.log);
  return { ...edits, mounts: placeNodes(edits.mounts, wish.dev) };
}

function namedEdits(name: DeviceName, specs: readonly PlacedSpec[], dirs: readonly string[]): DeviceEdits {
  const full = fullName(name);
  const found = resolveDevice(name, specs);
  if (found === undefined) throw fail("E_DEVICE", { name: full, dirs: dirs.join(", "), known: knownNames(specs) });
  if ("conflict" in found) throw fail("E_DEVICE_TWICE", { name: full, paths: found.conflict.join(", ") });
  const all = [found.spec.common, found.edits];
  const network = all.flatMap(({ netDevices }) => netDevices)[0];
  if (network !== undefined) throw fail("E_DEVICE_NETWORK", { name: full, network });
  const { edits, faults } = withoutFaults(combineEdits(all));
  const [fault] = faults;
  if (fault) throw fail("E_DEVICE_HOST", { name: full, ...fault });
  return edits;
}

const MAX_KNOWN = 50;

function knownNames(specs: readonly PlacedSpec[]): string {
  const names = new Set(
    specs.flatMap(({ kind, devices }) => [...devices.keys()].map((device) => fullName({ kind, device }))),
  );
  const shown = [...names].slice(0, MAX_KNOWN);
  return `${shown.join(", ") || "none"}${names.size > MAX_KNOWN ? ", …" : ""}`;
}

function visibleEdits(
  vendor: Vendor,
  specs: readonly PlacedSpec[],
  dirs: readonly string[],
  wish: DeviceWish,
): DeviceEdits {
  const machine = machineOf(vendor, wish);
  const own = specs.filter(({ kind }) => kind === vendor.kind);
  const devices = new Map<string, ContainerEdits>();
  const commonOf = new Map<ContainerEdits, ContainerEdits>();
  for (const device of own.flatMap((spec) => [...spec.devices.keys()])) {
    const found = resolveDevice({ kind: vendor.kind, device }, own);
    if (found === undefined || "conflict" in found) continue;
    devices.set(device, found.edits);
    commonOf.set(found.edits, found.spec.common);
  }
  if (devices.size === 0) return listEdits(vendor, machine, dirs, wish);
  const visible = visibleDevices(vendor, devices, machine);
  sayAbsent(visible, wish.log);
  if (visible.devices === "nothing") return { ...NO_EDITS, env: visible.env };
  const chosen = visible.devices === "none" ? [] : visible.devices.flatMap((name) => devices.get(name) ?? []);
  const common = chosen.length > 0 ? chosen.flatMap((one) => commonOf.get(one) ?? []) : own.map((spec) => spec.common);
  const { edits, faults } = withoutFaults(combineEdits([...common, ...chosen]));
  for (const { path, reason } of faults) wish.log.warn(`${path} of ${vendor.kind} is left out: ${reason}`);
  return addEdits(edits, { ...NO_EDITS, env: visible.env });
}

function listEdits(vendor: Vendor, machine: Machine, dirs: readonly string[], wish: DeviceWish): DeviceEdits {
  const edits = gpuListEdits(vendor, machine, wish.places ?? HOST_PLACES);
  if (edits === undefined)
    wish.log.warn(`${absentText(`${vendor.kind}=all`, dirs)}, and the host has no libraries of that vendor`);
  return edits ?? NO_EDITS;
}

function machineOf(vendor: Vendor, { env, dev }: DeviceWish): Machine {
  return { env, usable: canUse, uuids: vendor === NVIDIA ? gpuUuids() : new Map(), ownNodes: dev.minimal };
}

const GPU_INFORMATION = "/proc/driver/nvidia/gpus";

function gpuUuids(): ReadonlyMap<string, string> {
  try {
    const texts = readdirSync(GPU_INFORMATION).map((name) => readIfAny(join(GPU_INFORMATION, name, "information")));
    return new Map(texts.map(parseGpuInformation).filter((pair) => pair !== undefined));
  } catch {
    return new Map();
  }
}

// The kernel asks the control group's device rules here, too.
function canUse(node: string): boolean {
  try {
    accessSync(node, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function absentText(name: string, dirs: readonly string[]): string {
  return `no CDI specification in ${dirs.join(", ")} has the device ${name}: the container runs without it`;
}

function sayAbsent({ by, absent, devices }: Visible, log: Log): void {
  if (absent.length > 0) log.warn(`${by} names GPUs that are not here: ${absent.join(", ")}`);
  if (devices === "none" || devices === "nothing") log.info(`The container has no GPU: ${by} says so`);
}

function sayNotes({ undone, needless, groups }: DeviceEdits, log: Log): void {
  for (const name of undone)
    log.warn(
      `The CDI hook "${name}" is not known to berth, which runs no program of a vendor: what it does is missing`,
    );
  for (const text of needless) log.debug(`CDI hook ${text}`);
  const mine = new Set(process.getgroups?.() ?? []);
  const lacking = process.getuid?.() === 0 ? [] : groups.filter((gid) => !mine.has(gid));
  if (lacking.length > 0)
    log.warn(
      `The devices are for members of the groups ${lacking.join(", ")}, to which you do not belong: they may refuse to work`,
    );
}
