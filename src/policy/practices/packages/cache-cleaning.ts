// Which caches of package managers a step leaves in its layer, command by command. Knows no rule.

import { isApt, isConda, isYum, type PackageCommand } from "../../commands/package-commands.ts";
import { isInside, resolvePath } from "../../commands/path-globs.ts";
import { isRemoved, type Removal, removals } from "../../commands/removals.ts";
import type { StepView } from "../../recipe-view/types.ts";
import { commandsIn } from "../recipe-parts.ts";
import { callsIn, type PlacedCall } from "./calls.ts";

export type CacheFamily = "apt" | "yum" | "zypper" | "apk" | "conda";

/** Files that stand for what is in a cache: a cache is gone when one of them is. */
const SAMPLES: Readonly<Record<CacheFamily, readonly string[]>> = {
  apt: ["/var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4"],
  yum: [
    "/var/cache/yum/x86_64/9/base/repomd.xml",
    "/var/cache/dnf/base-0123/repodata/repomd.xml",
    "/var/cache/libdnf5/x",
  ],
  zypper: ["/var/cache/zypp/packages/x.rpm"],
  apk: ["/var/cache/apk/APKINDEX.0123.tar.gz", "/etc/apk/cache/APKINDEX.tar.gz"],
  conda: [],
};

/** Calls that leave a cache behind, the last step's word counts: by family, the first call that nothing cleans up after. */
export function leftCaches(step: StepView): ReadonlyMap<CacheFamily, PlacedCall> {
  const left = new Map<CacheFamily, PlacedCall>();
  const calls = new Map(callsIn([step], "build").map((placed) => [placed.command, placed]));
  for (const { command } of commandsIn([step], "build")) {
    const placed = calls.get(command);
    if (placed) take(placed, left);
    const gone = removals(command);
    if (gone.length > 0) for (const family of left.keys()) if (cleans(family, gone)) left.delete(family);
  }
  for (const family of left.keys()) if (isMounted(step, family)) left.delete(family);
  return left;
}

function take(placed: PlacedCall, left: Map<CacheFamily, PlacedCall>): void {
  const { call } = placed;
  const family = familyOf(call);
  if (family === undefined) return;
  if (isWhole(call, family)) left.delete(family);
  else if (fills(call, family) && !left.has(family)) left.set(family, placed);
}

function familyOf(call: PackageCommand): CacheFamily | undefined {
  if (isApt(call)) return "apt";
  if (isYum(call)) return "yum";
  if (isConda(call)) return "conda";
  return call.manager === "zypper" || call.manager === "apk" ? call.manager : undefined;
}

function fills(call: PackageCommand, family: CacheFamily): boolean {
  const { action, flags } = call;
  if (call.open && family === "apk") return false;
  if (flags.has("--no-cache") && family === "apk") return false;
  if (flags.has("-h") || flags.has("--help") || flags.has("--version") || flags.has("--dry-run")) return false;
  if (family === "conda") return action === "install" || action === "create" || action === "upgrade";
  return action === "install" || action === "upgrade" || action === "refresh";
}

// A cleaning call that takes the whole cache: apt-get clean keeps the lists.
function isWhole(call: PackageCommand, family: CacheFamily): boolean {
  if (call.action !== "clean" || family === "apt") return false;
  return family !== "yum" || call.packages.some(({ name }) => name === "all");
}

function cleans(family: CacheFamily, gone: readonly Removal[]): boolean {
  if (family === "conda") return gone.some(({ pattern }) => /(^|\/)pkgs(\/|$)/.test(pattern));
  return SAMPLES[family].some((sample) => isRemoved(sample, gone));
}

/** A cache mount or a tmpfs lies over the cache. */
function isMounted(step: StepView, family: CacheFamily): boolean {
  const targets = step.mounts
    .filter(({ type }) => type === "cache" || type === "tmpfs")
    .map(({ target }) => target ?? "");
  if (family === "conda") return targets.some((target) => /(^|\/)pkgs\/?$/.test(target));
  return SAMPLES[family].some((sample) => targets.some((target) => isInside(sample, target)));
}

/** The step writes into a mount there: nothing of it comes into the layer. */
export function isInMount({ mounts, before }: StepView, path: string): boolean {
  return mounts.some(({ target }) => target !== undefined && isInside(path, resolvePath(target, before.folder)));
}
