// The mounts of a bundle as records of a launch plan (OCI runtime specification, config.md "Mounts", config-linux.md "Default
// Devices"). Pure but for questions about the host, which come in as functions.

import { posix } from "node:path";
import type { PathKind } from "../run/host.ts";
import type { BindFlag, MountRecord } from "../run/launch-plan.ts";
import type { BundleConfig, BundleDevice, BundleMount } from "./config.ts";
import { fail } from "./errors.ts";
import { binds, type MountOptions, readOptions } from "./mount-options.ts";

/** What is asked about the machine. */
export interface BundleHost {
  /** What is at a path of the host, links followed. */
  kind(path: string): PathKind;
  /** Whether the host has this very device at its path. */
  hasDevice(device: BundleDevice): boolean;
  /** What is at a path of the container's root. */
  rootKind(path: string): PathKind;
}

const NODES = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
] as const;

/** All mounts, in their order. `bundle` is the absolute path of the bundle. @throws E_BUNDLE_SOURCE, E_BUNDLE_DEVICE, E_BUNDLE_CONFIG */
export function bundleMounts(config: BundleConfig, bundle: string, host: BundleHost): MountRecord[] {
  return [
    ...config.mounts.flatMap((mount, index) => mountRecords(mount, `mounts[${index}]`, { config, bundle, host })),
    ...deviceRecords(config, host),
    ...(config.process.cwd === "/" ? [] : [{ op: "dir", target: config.process.cwd, mode: 0o755 } as const]),
    ...config.readonlyPaths.flatMap((path) => readonlyRecord(path, kindIn(path, { config, bundle, host }))),
    ...config.maskedPaths.flatMap((path) => maskRecord(path, kindIn(path, { config, bundle, host }))),
  ];
}

interface Around {
  readonly config: BundleConfig;
  readonly bundle: string;
  readonly host: BundleHost;
}

function mountRecords(mount: BundleMount, where: string, around: Around): MountRecord[] {
  const path = `${around.bundle}/config.json`;
  const options = readOptions(mount, (reason) => fail("E_BUNDLE_CONFIG", { path, reason: `${where}: ${reason}` }));
  if (binds(mount)) return [bindRecord(mount, options, around)];
  const record = newMount(mount, options, around);
  if (record === undefined)
    throw fail("E_BUNDLE_CONFIG", { path, reason: `${where}: a mount of the type ${mount.type} takes privileges` });
  return options.readonly ? [record, readonlyAgain(mount.destination)] : [record];
}

function bindRecord(
  { source, destination: target }: BundleMount,
  options: MountOptions,
  { bundle, host }: Around,
): MountRecord {
  if (source === "")
    throw fail("E_BUNDLE_CONFIG", {
      path: `${bundle}/config.json`,
      reason: `the bind mount on ${target} has no source`,
    });
  const place = posix.resolve(bundle, source);
  if (host.kind(place) === undefined) throw fail("E_BUNDLE_SOURCE", { source: place, target });
  const flags: BindFlag[] = [options.readonly ? "ro" : "rw"];
  if (!options.nodev) flags.push("dev");
  if (options.propagation !== undefined) flags.push(options.propagation);
  return { op: "bind", source: place, target, flags };
}

function newMount(
  { type, destination: target }: BundleMount,
  options: MountOptions,
  { config }: Around,
): MountRecord | undefined {
  switch (type) {
    case "proc":
    case "devpts":
      return { op: type, target };
    case "sysfs":
      return { op: "sysfs", target };
    case "tmpfs":
      return { op: "tmpfs", target, size: options.size, mode: options.mode };
    case "mqueue":
      // The host's queues belong to the host's namespace.
      if (config.namespaces.has("ipc")) return { op: "mqueue", target };
      return { op: "bind", source: "/dev/mqueue", target, flags: ["rw", "try"] };
    case "cgroup":
    case "cgroup2":
      return { op: "bind", source: "/sys/fs/cgroup", target, flags: ["ro", "try"] };
    default:
      return undefined;
  }
}

function readonlyAgain(path: string): MountRecord {
  return { op: "bind", source: path, target: path, flags: ["inside", "ro"] };
}

// A container always has these, unless its /dev is somebody else's.
function deviceRecords({ mounts, devices }: BundleConfig, host: BundleHost): MountRecord[] {
  const dev = mounts.findLast(({ destination }) => destination === "/dev");
  const given = new Set(mounts.map(({ destination }) => destination));
  const isFree = (path: string) => !given.has(path);
  const records: MountRecord[] = devices.filter(({ path }) => isFree(path)).map((device) => deviceRecord(device, host));
  if (dev !== undefined && binds(dev)) return records;
  const own = new Set(devices.map(({ path }) => path));
  for (const path of NODES.map((name) => `/dev/${name}`).filter((one) => isFree(one) && !own.has(one)))
    records.push({ op: "bind", source: path, target: path, flags: ["dev", "try"] });
  for (const [name, to] of LINKS) if (isFree(`/dev/${name}`)) records.push({ op: "link", target: `/dev/${name}`, to });
  if (given.has("/dev/pts") && isFree("/dev/ptmx")) records.push({ op: "link", target: "/dev/ptmx", to: "pts/ptmx" });
  return records;
}

function deviceRecord(device: BundleDevice, host: BundleHost): MountRecord {
  const { path } = device;
  if (!host.hasDevice(device)) throw fail("E_BUNDLE_DEVICE", { path });
  return { op: "bind", source: path, target: path, flags: ["dev"] };
}

// What is at a path of the container before anything covers it: what is not there needs no cover. /proc and /sys are the kernel's, in
// the container as outside; below a bind mount lies what the host has there.
function kindIn(path: string, { config, bundle, host }: Around): PathKind {
  if (/^\/(proc|sys)\//.test(path)) return host.kind(path);
  const over = config.mounts.findLast(({ destination }) => `${path}/`.startsWith(`${destination}/`));
  if (over === undefined || !binds(over)) return host.rootKind(path);
  return host.kind(posix.resolve(bundle, over.source) + path.slice(over.destination.length));
}

function readonlyRecord(path: string, kind: PathKind): MountRecord[] {
  return kind === undefined ? [] : [readonlyAgain(path)];
}

function maskRecord(path: string, kind: PathKind): MountRecord[] {
  if (kind === undefined) return [];
  if (kind === "dir") return [{ op: "tmpfs", target: path, size: 4096, mode: 0o555 }, readonlyAgain(path)];
  return [{ op: "bind", source: "/dev/null", target: path, flags: ["dev"] }];
}
