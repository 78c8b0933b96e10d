// What the site lays over an image, as mounts: its file systems, the files of /etc, its own software, and what the container
// is told of itself. Shared by a launch without set-up and by the set-up of a node. Pure; it must not know who mounts.

import type { BindFlag, MountRecord, RootHook } from "../run/launch-plan.ts";
import type { Module, NodeConfig } from "../site/node-config.ts";
import type { Volume } from "../site/volume-types.ts";
import type { EtcFile } from "./accounts.ts";

/** Whose hands do it: only root runs the site's hooks and can leave mounts below a source behind. */
export type LayerBy = "root" | "user";

/** What the site's layer is made of. */
export interface SiteFacts {
  readonly config: Pick<NodeConfig, "siteFs" | "optUdiImage" | "preMountHook" | "postMountHook" | "propagation">;
  /** In the order asked for. */
  readonly modules: readonly Module[];
  /** Files of /etc that are the site's (`etcFiles`). */
  readonly etc: readonly EtcFile[];
  /** Content of /var/hostsfile; undefined: none. */
  readonly hostsFile: string | undefined;
  readonly by: LayerBy;
  /** Names in a directory of the host; empty when it cannot be read. */
  list(dir: string): readonly string[];
  /** Directory of the host that root made for a volume with a per-node cache; undefined: a tmpfs takes its place. */
  cacheOf?(volume: Volume): string | undefined;
}

type Records = readonly (MountRecord | RootHook)[];

/** The site's layer in the order in which it is mounted, after the image's root and before `kernelMounts` (7.2). */
export function siteMounts(facts: SiteFacts): Records {
  const { config, modules, etc, hostsFile, by } = facts;
  const hook = (path: string | undefined): Records =>
    by === "root" && path !== undefined ? [{ op: "root-hook", path }] : [];
  return [
    ...hook(config.preMountHook),
    ...config.siteFs.map((volume) => siteVolume(volume, facts)),
    ...hook(config.postMountHook),
    ...modules.flatMap((module) => module.volumes.map((volume) => siteVolume(volume, facts))),
    ...etcMounts(etc),
    ...softwareMounts(facts),
    ...(hostsFile === undefined ? [] : [written("/var/hostsfile", hostsFile)]),
    ...modules.flatMap((module) => hook(module.roothook)),
  ];
}

/** What the kernel shows. */
export function kernelMounts(): readonly MountRecord[] {
  return [
    { op: "proc", target: "/proc" },
    { op: "sysfs", target: "/sys" },
  ];
}

/** Directories of the host that each launch has to see as they are then: a job may have its own. */
export function launchMounts(): readonly MountRecord[] {
  return [
    { op: "bind", source: "/dev", target: "/dev", flags: ["dev"] },
    { op: "bind", source: "/tmp", target: "/tmp", flags: [] },
    { op: "bind", source: "/var/tmp", target: "/var/tmp", flags: [] },
  ];
}

/** What a set-up container says of itself; comes after the user's volumes. */
export function identityMount(identity: string): MountRecord {
  return written("/var/shifterConfig.json", identity);
}

/** How the user's volumes become mounts. */
export interface VolumeFacts {
  readonly config: Pick<NodeConfig, "userSources">;
  /** True when the volume's source, a path in the container, is thought to be a file: decides what a missing target becomes. */
  isFile(path: string): boolean;
  cacheOf?(volume: Volume): string | undefined;
}

/** The user's volumes: sources are paths in the container, opened with the user's rights when their turn comes (5.5). */
export function userMounts(
  volumes: readonly Volume[],
  { config, isFile, cacheOf }: VolumeFacts,
): readonly MountRecord[] {
  return volumes.map((volume) => {
    const { from: source, to: target } = volume;
    if (volume.cache) return cacheMount(volume, cacheOf);
    const flags: BindFlag[] = volume.readonly ? ["ro"] : [];
    if (config.userSources.some((dir) => lies(source, dir))) return { op: "bind", source, target, flags };
    return { op: "bind", source, target, flags: [...flags, "inside", ...(isFile(source) ? (["file"] as const) : [])] };
  });
}

function siteVolume(volume: Volume, { config, by, cacheOf }: SiteFacts): MountRecord {
  if (volume.cache) return cacheMount(volume, cacheOf);
  const flags: BindFlag[] = [volume.propagation ?? config.propagation];
  if (volume.readonly) flags.push("ro");
  // A user's namespace may not part mounts that belong together.
  if (by === "root" && !volume.recursive) flags.push("norec");
  if (volume.from === "/dev") flags.push("dev");
  return { op: "bind", source: volume.from, target: volume.to, flags };
}

function cacheMount(volume: Volume, cacheOf: VolumeFacts["cacheOf"]): MountRecord {
  const { to: target, cache } = volume;
  const source = cacheOf?.(volume);
  if (source !== undefined) return { op: "bind", source, target, flags: volume.readonly ? ["ro"] : [] };
  return { op: "tmpfs", target, size: cache?.size ?? 0, mode: 0o755 };
}

function etcMounts(etc: readonly EtcFile[]): readonly MountRecord[] {
  const ownFiles = etc.map((file): MountRecord => {
    const target = `/etc/${file.name}`;
    return "content" in file ? written(target, file.content) : host(file.source, target, []);
  });
  return [
    ...["/etc/hosts", "/etc/resolv.conf"].map((path) => host(path, path)),
    ...ownFiles,
    { op: "file", target: "/etc/shadow", mode: 0o600, content: "" },
    { op: "link", target: "/etc/mtab", to: "/proc/mounts" },
  ];
}

const SOFTWARE = "/opt/udiImage";

// Without copying: entry by entry where a module's directory has to find its place among the site's, which may lack it.
function softwareMounts({ config, modules, list }: SiteFacts): readonly MountRecord[] {
  const own = modules.filter(({ copyPath }) => copyPath !== undefined);
  const base = config.optUdiImage;
  const folders = own.map(({ name, copyPath = "" }) => host(copyPath, `${SOFTWARE}/modules/${name}`, []));
  if (base === undefined) return folders;
  if (own.length === 0) return [host(base, SOFTWARE, [])];
  const taken = new Set(own.map(({ name }) => name));
  const entries = list(base).filter((name) => name !== "modules");
  const others = list(`${base}/modules`).filter((name) => !taken.has(name));
  return [
    ...entries.map((name) => host(`${base}/${name}`, `${SOFTWARE}/${name}`, [])),
    ...others.map((name) => host(`${base}/modules/${name}`, `${SOFTWARE}/modules/${name}`, [])),
    ...folders,
  ];
}

function host(source: string, target: string, flags: readonly BindFlag[] = ["try"]): MountRecord {
  return { op: "bind", source, target, flags: ["ro", ...flags] };
}

function written(target: string, content: string): MountRecord {
  return { op: "file", target, mode: 0o644, content };
}

function lies(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir === "/" ? "/" : `${dir}/`);
}
