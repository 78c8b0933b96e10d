// What is done to set a container up on a node, decided from the launch it is for: two launch plans (the image alone; the root
// with everything of the site), and the files beside them. Pure; it must not know how it is carried out.

import type { LaunchPlan, MountRecord, RootHook } from "../../run/launch-plan.ts";
import { encodePlan } from "../../run/plan-format.ts";
import type { Volume } from "../../site/volume-types.ts";
import type { EtcFile } from "../accounts.ts";
import { formatIdentity, udiIdentity } from "../config-json.ts";
import { preparedFile } from "../prepared-file.ts";
import { identityMount, kernelMounts, launchMounts, siteMounts, userMounts } from "../site-layer.ts";
import type { BatchLaunch } from "../types.ts";
import type { PlannedCache } from "./caches.ts";
import type { Order, OrderStep } from "./order.ts";
import { SETUP_FILE } from "./record.ts";
import type { SetupRecord, SetupRequest } from "./types.ts";

/** What is known beside the launch. */
export interface SetupFacts {
  readonly asked: SetupRequest;
  /** Directory of this set-up. */
  readonly dir: string;
  /** Absolute path of berth-launch. */
  readonly launcher: string;
  readonly etc: readonly EtcFile[];
  /** Content of /var/hostsfile. */
  readonly hostsFile: string | undefined;
  /** Of the site's and the user's volumes. */
  readonly caches: readonly PlannedCache[];
  /** Sources of the user's volumes that are files; undefined until they are known. */
  readonly files?: ReadonlySet<string>;
  /** What a client of the job's sshd needs in the container. */
  readonly clientMounts: readonly MountRecord[];
  /** Names in a directory of the host. */
  list(dir: string): readonly string[];
}

/** The order for `berth-node setup`. @throws E_PLAN_NUL, E_PLAN_LARGE, E_PLAN_MOUNTS */
export function planSetup(launch: BatchLaunch, facts: SetupFacts): Order {
  const { asked, dir, launcher } = facts;
  const plans = [imagePlan(launch, dir), rootPlan(launch, facts)].filter((plan) => plan !== undefined);
  const steps: OrderStep[] = [
    { op: "namespace", name: "userns", gid: launch.person.gid },
    ...facts.caches.map(({ step }) => step),
    ...plans.map((plan): OrderStep => ({ op: "launch", plan: encodePlan(plan) })),
    { op: "file", name: "shifterConfig.json", content: formatIdentity(udiIdentity(launch)) },
    { op: "file", name: SETUP_FILE, content: setupText(launch, asked) },
    { op: "file", name: "prepared", content: prepared(launch, facts) },
  ];
  return { dir, uid: launch.person.uid, launcher, same: SETUP_FILE, steps };
}

/** The content of `setup.json`. */
export function setupText(launch: BatchLaunch, asked: SetupRequest): string {
  return `${JSON.stringify(setupRecord(launch, asked))}\n`;
}

function setupRecord({ image, person, modules, request }: BatchLaunch, asked: SetupRequest): SetupRecord {
  const { hosts, sshKey, job } = asked;
  return {
    ...{ user: person.name, uid: person.uid, gid: person.gid, job, asked: request.image.asked },
    ...{
      identifier: image.id,
      path: image.root.path,
      volumes: udiIdentity({ image, person, request, modules }).volMap,
    },
    ...{ modules: modules.map(({ name }) => name), hosts, sshKey },
  };
}

const NOTHING: Omit<LaunchPlan, "root" | "mounts"> = {
  userns: { kind: "none" },
  ...{ unshare: [], touch: [], expectMounts: [], layer: { kind: "none" }, readonlyRoot: false },
  ...{ chdir: [], umask: 0o022, limits: [], keepCaps: false, caps: "none", init: false, keepFds: [] },
  ...{ env: new Map(), exec: "", argv: [] },
};

// A directory needs no mount of its own: the root is made of it directly.
function imagePlan({ image: { root } }: BatchLaunch, dir: string): LaunchPlan | undefined {
  if (root.kind === "dir") return undefined;
  return { ...NOTHING, root: { kind: "kernel", file: root.path, offset: 0 }, mounts: [], publish: `${dir}/image` };
}

function rootPlan(launch: BatchLaunch, facts: SetupFacts): LaunchPlan {
  const { image, config } = launch;
  const mounted = `${facts.dir}/image`;
  const source = image.root.kind === "dir" ? image.root.path : mounted;
  return {
    ...NOTHING,
    root: { kind: "dir", source },
    expectMounts: image.root.kind === "dir" ? [] : [mounted],
    layer: { kind: "tmpfs", size: 0, lowers: [] },
    mounts: rootMounts(launch, facts),
    readonlyRoot: !config.writableRoot,
    publish: `${facts.dir}/root`,
  };
}

function rootMounts(launch: BatchLaunch, facts: SetupFacts): readonly (MountRecord | RootHook)[] {
  return [
    ...siteRecords(launch, facts),
    ...points([...launchMounts(), ...volumeMounts(launch, facts)]),
    identityMount(formatIdentity(udiIdentity(launch))),
  ];
}

function siteRecords(launch: BatchLaunch, facts: SetupFacts): readonly (MountRecord | RootHook)[] {
  const { config, modules } = launch;
  const site = siteMounts({ ...facts, config, modules, by: "root", cacheOf: cacheOf(facts) });
  return [...site, ...facts.clientMounts, ...kernelMounts()];
}

/** What a launch finds mounted before the user's volumes: there his sources are looked for. */
export function mountsBelow(launch: BatchLaunch, facts: SetupFacts): readonly MountRecord[] {
  return [...siteRecords(launch, facts).filter((record) => record.op !== "root-hook"), ...launchMounts()];
}

function volumeMounts({ request, config }: BatchLaunch, facts: SetupFacts): readonly MountRecord[] {
  return userMounts(request.volumes, {
    config,
    isFile: (path) => facts.files?.has(path) ?? false,
    cacheOf: cacheOf(facts),
  });
}

// The mounts of each launch find their places: after the set-up nobody can make them any more.
function points(mounts: readonly MountRecord[]): readonly MountRecord[] {
  return mounts.map((mount): MountRecord => {
    const isFile = mount.op === "file" || (mount.op === "bind" && mount.flags.includes("file"));
    return { op: "point", target: mount.target, kind: isFile ? "file" : "dir" };
  });
}

function cacheOf({ caches, dir }: SetupFacts): (volume: Volume) => string | undefined {
  const places = new Map(caches.map(({ volume, step }) => [volume, `${dir}/${step.name}`]));
  return (volume) => places.get(volume);
}

function prepared(launch: BatchLaunch, facts: SetupFacts): Buffer {
  const { asked, dir, files } = facts;
  const { type, name, asked: wanted } = launch.request.image;
  const names = new Set([`${type}:${name}`, wanted]);
  return preparedFile(launch, {
    dir,
    names: [...names],
    volumeTexts: [asked.volumes.filter((text) => text !== "").join(";")],
    moduleTexts: asked.modules === undefined ? [] : [asked.modules],
    defaultModules: isDefault(launch),
    isFile: (path) => files?.has(path) ?? false,
    cacheOf: cacheOf(facts),
  });
}

function isDefault({ modules, config }: BatchLaunch): boolean {
  const names = modules.map(({ name }) => name);
  return names.join() === config.defaultModules.filter((name) => name.toLowerCase() !== "none").join();
}
