// A launch by `shifter` where the node is not set up for it: from the request to the launcher, which this process becomes.

import { readdirSync } from "node:fs";
import { BerthError } from "../../base/errors.ts";
import { etcFiles } from "../../batch/accounts.ts";
import { checkCaches } from "../../batch/cache-rules.ts";
import { type FoundBatchImage, findBatchImage } from "../../batch/find-image.ts";
import type { ShifterOptions } from "../../batch/options.ts";
import { callingPerson } from "../../batch/person.ts";
import { preparedDir, preparedRoot, sharedNamespace } from "../../batch/prepared-image.ts";
import { shifterRequest } from "../../batch/request.ts";
import { type BatchLaunch, type DeviceAdditions, NO_DEVICES } from "../../batch/types.ts";
import { planUdi, type Surroundings } from "../../batch/udi-plan.ts";
import { readIfAny } from "../../platform/access.ts";
import { cacheDir } from "../../platform/user.ts";
import { callerLimits } from "../../run/caller-limits.ts";
import { workingDirectory } from "../../run/host.ts";
import type { LaunchPlan } from "../../run/launch-plan.ts";
import type { RootView } from "../../run/plan.ts";
import { directoryRoot, findImage, rootView } from "../../run/rootfs.ts";
import { ensureRuntimeDir } from "../../run/runtime-dir.ts";
import { selectModules } from "../../site/modules.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import { readNodeConfig } from "../../site/node-config-read.ts";
import type { Context } from "../context.ts";
import { imageGate } from "../run/policy-gate.ts";

/** A plan, and the folder where the launcher finds it. */
export interface ReadyShifter {
  readonly plan: LaunchPlan;
  readonly runtime: string;
}

/** Everything made ready, short of becoming the launcher. @throws every failure of a launch */
export async function prepareShifter(options: ShifterOptions, context: Context): Promise<ReadyShifter> {
  const { config } = await readNodeConfig({ env: context.env });
  try {
    return await readyLaunch(await findLaunch(options, config, context), context);
  } catch (error) {
    if (config.record !== undefined && error instanceof BerthError)
      (await import("./log-launch.ts")).logRefusal(error.code, context, options.image);
    throw error;
  }
}

interface FoundLaunch extends FoundBatchImage {
  readonly launch: BatchLaunch;
}

async function findLaunch(options: ShifterOptions, config: NodeConfig, context: Context): Promise<FoundLaunch> {
  const { env, user, log } = context;
  const person = callingPerson(config, { ...user, groups: process.getgroups?.() ?? [] });
  const request = shifterRequest(options, env, config);
  const modules = selectModules(config, request.modules);
  checkCaches([...config.siteFs, ...modules.flatMap(({ volumes }) => volumes), ...request.volumes], config);
  const found = await findBatchImage(request.image, {
    ...{ config, person, env },
    lookup: async (image) => (await import("./lookup.ts")).lookUpImage(image, config, context),
  });
  // What is set up for the job was asked about at its set-up.
  if (!found.prepared && found.image.root.kind === "file") await imageGate(found.image.root.path, context);
  log.debug(`the image is ${found.image.id}${found.prepared ? `, mounted in ${found.prepared.dir}` : ""}`);
  return { ...found, launch: { request, image: found.image, modules, config, person } };
}

async function readyLaunch({ launch, ...found }: FoundLaunch, context: Context): Promise<ReadyShifter> {
  const { env, user } = context;
  const runtime = ensureRuntimeDir(env, user);
  const plan = planUdi(launch, await surroundings(launch, found, runtime, context));
  if (launch.config.record === undefined) return { plan, runtime };
  const { allowedRecord } = await import("./log-launch.ts");
  return { plan: { ...plan, record: allowedRecord(launch, env) }, runtime };
}

async function surroundings(
  launch: BatchLaunch,
  found: FoundBatchImage,
  runtime: string,
  context: Context,
): Promise<Surroundings> {
  const { config, person } = launch;
  const job = preparedDir(config, person.uid, context.env);
  const hosts = readIfAny(`${job}/root/var/hostsfile`);
  const root = await rootOf(launch, found, runtime, context);
  return {
    ...root,
    etc: etcFiles(config, person),
    shared: sharedNamespace(job, person),
    hostsFile: hosts === "" ? undefined : hosts,
    list: namesIn,
    env: context.env,
    cwd: workingDirectory(),
    umask: process.umask(),
    limits: callerLimits(),
    devices: await devicesOf(launch, root.view, runtime, context),
  };
}

type LaunchRoot = Pick<Surroundings, "view" | "expectMounts" | "hooksDone">;

async function rootOf(
  launch: BatchLaunch,
  { prepared }: FoundBatchImage,
  runtime: string,
  context: Context,
): Promise<LaunchRoot> {
  const { image, modules, request } = launch;
  if (prepared && image.root.kind === "dir") {
    const hooks = modules.some(({ roothook }) => roothook !== undefined);
    const made = hooks ? preparedRoot(prepared, launch) : undefined;
    const path = made ?? image.root.path;
    return { view: directoryRoot(path), expectMounts: [path], hooksDone: made !== undefined };
  }
  const plain = { expectMounts: [], hooksDone: false };
  if (image.root.kind === "dir") return { ...plain, view: directoryRoot(image.root.path) };
  const { env, user, log } = context;
  // A user's process never has the kernel mount a file.
  const rootfs = { env, user, runtime, cacheDir: cacheDir(env, user), log, mayUseKernel: async () => false };
  const found = await findImage(image.root.path, rootfs);
  return { ...plain, view: await rootView(found, { unsquash: false, owners: request.writableTmpfs }, rootfs) };
}

async function devicesOf(
  { request, modules, image }: BatchLaunch,
  view: RootView,
  runtime: string,
  context: Context,
): Promise<DeviceAdditions> {
  const names = [...modules.flatMap(({ devices }) => devices), ...request.devices];
  if (names.length === 0) return NO_DEVICES;
  const { shifterDevices } = await import("./devices.ts");
  return await shifterDevices({ names, view, imageEnv: image.env, writable: request.writableTmpfs, runtime }, context);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
