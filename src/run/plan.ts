// The decision about a launch: image, caller, host and request in, launch plan out. Pure: it opens, starts and prints
// nothing, so that tests compare what it returns and `berth plan` shows it.

import { defineErrors } from "../base/errors.ts";
import { heldDescriptors } from "../platform/handover.ts";
import type { SettledDevices } from "./device-libraries.ts";
import type { HostFacts } from "./host.ts";
import type { Identity } from "./identity.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { LaunchPlan, MountRecord, Namespace, ResourceLimit, Root } from "./launch-plan.ts";
import { planLayer } from "./layer.ts";
import type { LayerSources } from "./layer-source.ts";
import { type MountPlan, planMounts } from "./mounts.ts";
import { type Note, warning } from "./notes.ts";
import { planPayload } from "./payload-plan.ts";
import type { Preparation } from "./preparation.ts";
import type { LaunchRequest } from "./request.ts";

const fail = defineErrors({
  E_BIND_NO_TARGET: {
    text: "cannot bind {source}: {image} has no {target}, and with --writable nothing is laid over it",
    hint: "make the directory in the image first, or leave --writable out",
  },
});

/** How the image's files become the root. */
export interface RootView {
  readonly root: Root;
  /** Links of the shared mounts that are used. */
  readonly mounts: readonly string[];
}

export interface PlanInput {
  readonly request: LaunchRequest;
  readonly host: HostFacts;
  readonly image: { readonly path: string; readonly isDir: boolean; readonly facts: ImageFacts };
  readonly identity: Identity;
  readonly view: RootView;
  /** What lies over the image; without it every overlay of the request is a directory. */
  readonly overlays?: LayerSources;
  /** Winning overrides of the environment. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly devices: SettledDevices;
  readonly limits: readonly ResourceLimit[];
  /** Whether the image has a path; asked only with --writable. */
  has(path: string): boolean;
}

/** A plan, what must be made on the host before it is carried out, and what should be said. */
export interface PlannedLaunch {
  readonly plan: LaunchPlan;
  readonly prepare: readonly Preparation[];
  readonly notes: readonly Note[];
  /** The home directory in the container. */
  readonly home: string;
}

/** Decides on everything. @throws E_BIND_NO_TARGET and the failures of layer, identity and payload */
export function planLaunch(input: PlanInput): PlannedLaunch {
  const { request, host, image, identity, view } = input;
  const layer = planLayer(request, image, input.overlays);
  const placed = planMounts(request, host, image.facts, identity, input.devices.mounts);
  const mounts = layer.layer.kind === "direct" ? onlyExisting(placed, input) : { records: placed.mounts, notes: [] };
  const payload = planPayload({
    ...{ request, host, image, place: placed, overrides: input.overrides, deviceEnv: input.devices.env },
    ids: identity.person,
  });
  const realRoot = identity.userns.kind === "none";
  const plan: LaunchPlan = {
    userns: identity.userns,
    unshare: namespaces(request),
    hostname: request.hostname,
    root: view.root,
    touch: view.mounts.map((link) => `${link}.used`),
    expectMounts: view.mounts,
    layer: layer.layer,
    overlayImages: layer.overlayImages,
    overlayPrograms: layer.overlayPrograms,
    mounts: mounts.records,
    readonlyRoot: !layer.writable,
    chdir: placed.chdir,
    umask: request.fixedUmask || request.docker ? 0o022 : host.umask,
    limits: input.limits,
    keepCaps: realRoot && request.keepPrivs,
    caps: identity.caps,
    setid: identity.setid,
    init: request.pid && request.init,
    keepFds: heldDescriptors(host.env),
    env: payload.env,
    exec: payload.argv[0] ?? "",
    argv: payload.argv,
  };
  const notes = [...identity.notes, ...layer.notes, ...placed.notes, ...mounts.notes, ...payload.notes];
  return { plan, prepare: [...layer.prepare, ...placed.prepare], notes, home: placed.home };
}

function namespaces(request: LaunchRequest): Namespace[] {
  const wanted: readonly (readonly [boolean, Namespace])[] = [
    [request.pid, "pid"],
    [request.ipc, "ipc"],
    [request.uts || request.hostname !== undefined, "uts"],
    [request.net, "net"],
  ];
  return wanted.filter(([on]) => on).map(([, name]) => name);
}

// A writable sandbox has nothing laid over it, and berth does not leave its mount points behind in it.
function onlyExisting(placed: MountPlan, input: PlanInput): { records: MountRecord[]; notes: Note[] } {
  const wanted = new Map(input.request.binds.map((bind) => [bind.target, bind]));
  const made = new Set<string>();
  const devices = new Set(input.devices.mounts);
  const records: MountRecord[] = [];
  const notes: Note[] = [];
  for (const record of placed.mounts) {
    const inMade = [...made].some((tree) => record.target.startsWith(`${tree}/`));
    const ofDevice = devices.has(record);
    if ((record.op === "link" && !ofDevice) || record.op === "dir" || inMade || input.has(record.target)) {
      records.push(record);
      if (record.op === "bind" || record.op === "tmpfs") made.add(record.target);
      continue;
    }
    const bind = record.op === "bind" ? wanted.get(record.target) : undefined;
    if (bind) throw fail("E_BIND_NO_TARGET", { source: bind.source, target: bind.target, image: input.image.path });
    notes.push(warning(`Skipping mount ${record.target}: ${record.target} doesn't exist in container`));
  }
  return { records, notes };
}
