// What devices add to a container, merged from CDI specifications ("containerEdits"). Pure: whether the host has what they name is
// asked elsewhere (cdi-host.ts), and links and library folders are settled when the image is known (device-libraries.ts).

import { type DeviceLink, hookEdit } from "./cdi-hooks.ts";
import type { DeviceName } from "./cdi-name.ts";
import type { CdiSpec, ContainerEdits, DeviceMount } from "./cdi-spec.ts";
import type { BindFlag, MountRecord } from "./launch-plan.ts";

/** Additions to a container. */
export interface DeviceEdits {
  readonly mounts: readonly MountRecord[];
  /** Replace what the image has at their places. */
  readonly links: readonly DeviceLink[];
  readonly env: ReadonlyMap<string, string>;
  /** Folders of the container whose added libraries its linker shall find. */
  readonly libraryFolders: readonly string[];
  /** Groups that the devices want their users to be in. */
  readonly groups: readonly number[];
  /** Hooks that are not done: a warning each. */
  readonly undone: readonly string[];
  /** Hooks that need not be done, and why. */
  readonly needless: readonly string[];
}

export const NO_EDITS: DeviceEdits = {
  ...{ mounts: [], links: [], env: new Map(), libraryFolders: [], groups: [], undone: [], needless: [] },
};

/** A specification and the place it has among others. */
export interface PlacedSpec extends CdiSpec {
  readonly path: string;
  /** Position of its folder: later folders override earlier ones. */
  readonly rank: number;
}

/** What a name leads to. */
export type Resolved =
  | { readonly spec: PlacedSpec; readonly edits: ContainerEdits }
  /** Two files of one folder have it. */
  | { readonly conflict: readonly string[] }
  | undefined;

/** The specification that has a device: that of the last folder (CDI, "spec directories"). */
export function resolveDevice(name: DeviceName, specs: readonly PlacedSpec[]): Resolved {
  const having = specs.filter(({ kind, devices }) => kind === name.kind && devices.has(name.device));
  const rank = Math.max(...having.map((spec) => spec.rank));
  const [spec, ...others] = having.filter((one) => one.rank === rank);
  const edits = spec?.devices.get(name.device);
  if (spec === undefined || edits === undefined) return undefined;
  return others.length > 0 ? { conflict: [spec, ...others].map(({ path }) => path) } : { spec, edits };
}

/** The edits together, each once and in order: those of a specification before those of its devices. */
export function combineEdits(all: readonly ContainerEdits[]): DeviceEdits {
  const mounts = new Map<string, MountRecord>();
  const env = new Map<string, string>();
  for (const edits of new Set(all)) {
    for (const { path, hostPath } of edits.deviceNodes) {
      mounts.set(path, { op: "bind", source: hostPath, target: path, flags: ["dev"] });
    }
    for (const mount of edits.mounts) mounts.set(mount.containerPath, mountRecord(mount));
    for (const [name, value] of edits.env) env.set(name, value);
  }
  const groups = [...new Set(all.flatMap((edits) => edits.groups))];
  return { mounts: [...mounts.values()], env, groups, ...hookEdits(all) };
}

/** Both edits; where both say something, the second counts. */
export function addEdits(first: DeviceEdits, second: DeviceEdits): DeviceEdits {
  const targets = new Set(second.mounts.map(({ target }) => target));
  return {
    mounts: [...first.mounts.filter(({ target }) => !targets.has(target)), ...second.mounts],
    links: [...first.links, ...second.links],
    env: new Map([...first.env, ...second.env]),
    libraryFolders: [...new Set([...first.libraryFolders, ...second.libraryFolders])],
    groups: [...new Set([...first.groups, ...second.groups])],
    undone: [...new Set([...first.undone, ...second.undone])],
    needless: [...new Set([...first.needless, ...second.needless])],
  };
}

function hookEdits(
  all: readonly ContainerEdits[],
): Pick<DeviceEdits, "links" | "libraryFolders" | "undone" | "needless"> {
  const links = new Map<string, DeviceLink>();
  const folders = new Set<string>();
  const undone = new Set<string>();
  const needless = new Set<string>();
  for (const edit of all.flatMap(({ hooks }) => hooks).map(hookEdit)) {
    if (edit.kind === "links") for (const link of edit.links) links.set(link.path, link);
    else if (edit.kind === "libraries") for (const folder of edit.folders) folders.add(folder);
    else if (edit.kind === "needless") needless.add(`${edit.name}: ${edit.why}`);
    else undone.add(edit.name);
  }
  const text = { undone: [...undone], needless: [...needless] };
  return { links: [...links.values()], libraryFolders: [...folders], ...text };
}

// nosuid is always there. What `noexec` and propagation would change, no unprivileged bind mount needs.
function mountRecord({ type, hostPath, containerPath: target, options }: DeviceMount): MountRecord {
  if (type === "tmpfs") return { op: "tmpfs", target, ...tmpfsOptions(options) };
  const flags: BindFlag[] = [options.includes("ro") ? "ro" : "rw"];
  const isDevice = hostPath === "/dev" || hostPath.startsWith("/dev/");
  if (isDevice && !options.includes("nodev")) flags.push("dev");
  return { op: "bind", source: hostPath, target, flags };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

// mount(8), "tmpfs": anything that cannot be read is left to the kernel's own choice.
function tmpfsOptions(options: readonly string[]): { readonly size: number; readonly mode: number } {
  const value = (name: string) => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const [, digits = "0", unit = ""] = /^(\d{1,12})([kmg]?)$/i.exec(value("size")) ?? [];
  const mode = /^[0-7]{3,4}$/.test(value("mode")) ? Number.parseInt(value("mode"), 8) : 0o755;
  return { size: Number(digits) * (UNITS[unit.toLowerCase()] ?? 1), mode };
}
