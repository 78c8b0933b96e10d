// Looks at a bundle and the machine, and gets a container's launch ready. What the plan needs in a root that takes changes is made here.

import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { errnoOf, reasonOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { canWrite, readRegular } from "../platform/access.ts";
import type { Environment, User } from "../platform/user.ts";
import { callerLimits } from "../run/caller-limits.ts";
import { resolveInRoot } from "../run/directory-view.ts";
import { hostKind, type PathKind } from "../run/host.ts";
import type { LaunchPlan, MountRecord } from "../run/launch-plan.ts";
import { ensureRuntimeDir } from "../run/runtime-dir.ts";
import { subordinateIds } from "../run/subordinate-ids.ts";
import { type BundleConfig, type BundleDevice, parseBundleConfig } from "./config.ts";
import { fail } from "./errors.ts";
import { planBundle } from "./plan.ts";
import { bundleUser } from "./user.ts";

/** What the caller says beside the bundle. */
export interface BundleWish {
  /** Path of the bundle. */
  readonly bundle: string;
  readonly ignored: readonly string[];
  readonly keepFds: readonly number[];
  /** The caller's variables, and which of them the program gets: names, or beginnings of names with `*` behind. */
  readonly env: Environment;
  readonly passEnv: readonly string[];
  /** CDI devices that are added, as `DeviceWish` of run/cdi.ts has them, and the folders of their specifications. */
  readonly devices: readonly string[];
  readonly cdiDirs: readonly string[];
  readonly log: Log;
}

/** A bundle that may be launched. */
export interface ReadyBundle {
  /** Absolute path. */
  readonly bundle: string;
  readonly root: string;
  readonly config: BundleConfig;
  readonly plan: LaunchPlan;
}

const MAX_CONFIG_BYTES = 16 * 1024 * 1024;
const MAX_PASSWD_BYTES = 1024 * 1024;

/** Reads the bundle and plans its launch. @throws E_BUNDLE_…, E_DEVICE… */
export async function readyBundle(wish: BundleWish, user: User): Promise<ReadyBundle> {
  const bundle = resolve(wish.bundle);
  const config = readBundleConfig(bundle);
  const root = resolve(bundle, config.root.path);
  const what = hostKind(root);
  if (what !== "dir")
    throw fail("E_BUNDLE_ROOT", { bundle, path: root, what: what === undefined ? "missing" : "no folder" });
  const passwd = resolveInRoot(root, "/etc/passwd");
  const plan = planBundle({
    ...{ bundle, config, root, ignored: wish.ignored, keepFds: wish.keepFds, passed: passedVariables(wish) },
    rootWritable: isOwn(root),
    user: bundleUser(config, user, subordinateIds(user)),
    host: { kind: hostKind, hasDevice, rootKind: (path) => kindInRoot(root, path) },
    limits: callerLimits(),
    passwd: (passwd === undefined ? undefined : readRegular(passwd, MAX_PASSWD_BYTES)) ?? "",
  });
  if (wish.devices.length === 0) return { bundle, root, config, plan };
  const { withDevices } = await import("./devices.ts");
  return { bundle, root, config, plan: await withDevices(plan, config, wish, ensureRuntimeDir(wish.env, user)) };
}

/** The variables of the caller that the program gets. */
export function passedVariables({ env, passEnv }: Pick<BundleWish, "env" | "passEnv">): Map<string, string> {
  const means = (pattern: string, name: string) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  const passed = new Map<string, string>();
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && passEnv.some((pattern) => means(pattern, name))) passed.set(name, value);
  return passed;
}

/** The configuration of a bundle. @throws E_BUNDLE_READ, E_BUNDLE_CONFIG */
export function readBundleConfig(bundle: string): BundleConfig {
  const path = join(bundle, "config.json");
  let document: unknown;
  try {
    const info = statSync(path);
    if (!info.isFile()) throw new Error("it is no file");
    if (info.size > MAX_CONFIG_BYTES) throw new Error(`it is larger than ${MAX_CONFIG_BYTES} bytes`);
    document = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw fail("E_BUNDLE_READ", { path, reason: reasonOf(cause) }, { cause });
  }
  const config = parseBundleConfig(document);
  if (typeof config === "string") throw fail("E_BUNDLE_CONFIG", { path, reason: config });
  return config;
}

// In a tree of others a folder may become a link while one looks: nothing is made there, least of all by root.
function isOwn(root: string): boolean {
  return canWrite(root) && statSync(root).uid === process.getuid?.();
}

function kindInRoot(root: string, path: string): PathKind {
  const place = resolveInRoot(root, path);
  return place === undefined ? undefined : hostKind(place);
}

function hasDevice({ path, major, minor }: BundleDevice): boolean {
  try {
    // The kernel's form of a device number, as far as numbers of real devices go.
    return statSync(path).rdev === ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12));
  } catch {
    // Not there, or out of reach.
    return false;
  }
}

/** Makes the files on which mounts will lie, in a root of one's own that takes changes: the launcher makes only folders there. @throws E_BUNDLE_POINT */
export function makePoints({ plan, root }: ReadyBundle): void {
  if (plan.layer.kind !== "direct") return;
  const covered: string[] = [];
  for (const record of plan.mounts) {
    if (record.op === "root-hook") continue;
    const isCovered = covered.some((tree) => record.target.startsWith(`${tree}/`));
    if (!isCovered && needsFile(record)) makeFile(root, record.target);
    if (record.op !== "link" && record.op !== "dir") covered.push(record.target);
  }
}

function needsFile(record: MountRecord): boolean {
  if (record.op !== "bind" || record.flags.includes("inside")) return false;
  const kind = hostKind(record.source);
  return kind === "file" || kind === "other";
}

// Links of the root are followed inside the root: one that leads nowhere is a fault, and nothing is made behind it.
function makeFile(root: string, target: string): void {
  if (resolveInRoot(root, target) !== undefined) return;
  try {
    let place = root;
    const parts = target.split("/").slice(1);
    for (const [index, name] of parts.slice(0, -1).entries()) {
      const next = resolveInRoot(root, `/${parts.slice(0, index + 1).join("/")}`);
      if (next === undefined) mkdirSync(join(place, name), { mode: 0o755 });
      place = next ?? join(place, name);
    }
    writeFileSync(join(place, posix.basename(target)), "", { flag: "wx", mode: 0o644 });
  } catch (cause) {
    const reason = errnoOf(cause) === "EEXIST" ? "a symbolic link that leads nowhere is in the way" : reasonOf(cause);
    throw fail("E_BUNDLE_POINT", { target, root, reason }, { cause });
  }
}
