// A run from beginning to end, short of becoming the launcher: find the image, decide who the payload is, make the
// root, plan. Every step that touches the machine is called from here; the decisions are in the pure files.

import type { Log } from "../base/log.ts";
import { cacheDir, type Environment, type User } from "../platform/user.ts";
import { checkSources } from "./bind-sources.ts";
import { callerLimits } from "./caller-limits.ts";
import type { SettledDevices } from "./device-libraries.ts";
import { resolveInRoot } from "./directory-view.ts";
import type { KeyFinder } from "./encrypted-root.ts";
import { nameGroups } from "./group-names.ts";
import { type HostFacts, hostFacts } from "./host.ts";
import { decideIdentity } from "./identity.ts";
import type { ImageBinds } from "./image-binds.ts";
import { isWritable } from "./layer.ts";
import { sayNotes } from "./notes.ts";
import { findOverlays } from "./overlays.ts";
import type { PayloadFacts } from "./payload-plan.ts";
import { type PlannedLaunch, planLaunch, type RootView } from "./plan.ts";
import { readOverrides } from "./read-overrides.ts";
import type { LaunchRequest } from "./request.ts";
import { type FoundImage, findImage, type RootfsContext, rootView } from "./rootfs.ts";
import { ensureRuntimeDir } from "./runtime-dir.ts";
import { subordinateIds } from "./subordinate-ids.ts";

/** Who starts what. */
export interface Start {
  /** Absolute path of the image. */
  readonly image: string;
  readonly request: LaunchRequest;
  readonly env: Environment;
  readonly user: User;
  readonly log: Log;
  readonly envFlags: readonly string[];
  readonly envFiles: readonly string[];
  readonly cdiDirs: readonly string[];
  /** Finds what opens an encrypted image; asked only for one. */
  readonly findKey?: KeyFinder | undefined;
}

/** The plan, and where the launcher may find it. */
export interface Ready extends PlannedLaunch {
  readonly runtime: string;
  /** What others who come in later have to know. */
  readonly inside: Inside;
}

/** Facts of a container for programs that join it. */
export interface Inside {
  readonly image: { readonly path: string; readonly facts: PayloadFacts };
  /** Ids of a program in the container. */
  readonly ids: { readonly uid: number; readonly gid: number };
  readonly deviceEnv: readonly (readonly [string, string])[];
}

/** Gets everything ready. The notes are said; the caller prepares and launches. @throws the failures of every step */
export async function getReady(start: Start): Promise<Ready> {
  const { env, user, log } = start;
  const found = hostFacts(user, env);
  checkSources(start.request, found);
  const runtime = ensureRuntimeDir(env, user);
  const host = { ...found, groups: await nameGroups(found.groups, found.unknownGroups, runtime, env) };
  const cache = cacheDir(env, user);
  const context: RootfsContext = {
    env,
    user,
    runtime,
    cacheDir: cache,
    log,
    findKey: start.findKey,
    mayUseKernel: (path) => madeByRoot(path, cache, host, start.request),
  };
  const { request, links } = await withImageBinds(start.request, context);
  const image = await findImage(start.image, context);
  const ids = request.docker || request.fakeroot ? subordinateIds(user) : { missing: "not wanted" };
  const identity = decideIdentity(request, host, image.facts, ids);
  // In a shared mount the files may belong to an unmapped root, whose directories the caller could not write to.
  const owners = identity.manyOwners || (identity.userns.kind === "self" && isWritable(request));
  const overlays = await findOverlays(request, image, found, env);
  const view = await rootView(image, { unsquash: request.unsquash, owners }, context);
  const { overrides, notes } = await readOverrides(start);
  const devices = await addedDevices(start, image, view, runtime);
  const planned = planLaunch({
    request,
    host,
    image,
    identity,
    overlays,
    view: { ...view, mounts: [...view.mounts, ...links] },
    overrides,
    devices,
    limits: callerLimits(),
    has: (path) => resolveInRoot(start.image, path) !== undefined,
  });
  sayNotes([...notes, ...planned.notes], log);
  const { passwd: _, group: __, ...facts } = image.facts;
  const { uid, gid } = identity.person;
  const inside = { image: { path: image.path, facts }, ids: { uid, gid }, deviceEnv: [...devices.env] };
  return { ...planned, runtime, inside };
}

async function withImageBinds(request: LaunchRequest, context: RootfsContext): Promise<ImageBinds> {
  if (request.binds.every((bind) => bind.imageSource === undefined)) return { request, links: [] };
  const { mountImageBinds } = await import("./image-binds.ts");
  return mountImageBinds(request, context);
}

async function addedDevices(
  start: Start,
  { facts }: FoundImage,
  view: RootView,
  runtime: string,
): Promise<SettledDevices> {
  const { request, cdiDirs: dirs, env, log } = start;
  if (request.devices.length === 0) return { mounts: [], env: new Map() };
  const [{ findDevices }, { fitDevices }] = await Promise.all([import("./cdi.ts"), import("./device-fit.ts")]);
  const dev = { minimal: request.contain || request.docker, ipc: request.ipc };
  const edits = await findDevices({ names: request.devices, dirs, env, dev, log });
  const fixedRoot = !isWritable(request) && request.overlays.length === 0;
  return fitDevices(edits, { view, fixedRoot, imageEnv: facts.config?.Env ?? [], runtime });
}

// An image that somebody else made must never meet the kernel's squashfs code.
async function madeByRoot(path: string, cache: string, host: HostFacts, request: LaunchRequest): Promise<boolean> {
  if (host.user.uid !== 0 || request.userns || request.fakeroot || request.docker) return false;
  const { ownImageKey } = await import("../image/own-image.ts");
  return (await ownImageKey(path, cache)) !== undefined;
}
