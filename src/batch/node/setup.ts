// Sets a container up for a job on this node: looks at everything the order depends on, then has it carried out. Idempotent;
// berth-node sees to it that a set-up is there wholly or not at all.

import { readdirSync } from "node:fs";
import { readIfAny } from "../../platform/access.ts";
import type { Environment } from "../../platform/user.ts";
import { ownProgram } from "../../run/programs.ts";
import { parseModuleList, selectModules } from "../../site/modules.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import { parseUserVolumes } from "../../site/volume.ts";
import type { Volume } from "../../site/volume-types.ts";
import { etcFiles } from "../accounts.ts";
import { type Lookup, localImage } from "../find-image.ts";
import { hostsFile } from "../hosts.ts";
import { checkAccess } from "../image-access.ts";
import { readPublishedImage } from "../image-files.ts";
import { personByUid } from "../person.ts";
import type { BatchImage, BatchLaunch, ImageRequest, Person, ShifterRequest } from "../types.ts";
import { cacheFacts, planCaches } from "./caches.ts";
import { fail } from "./errors.ts";
import { callNode } from "./hands.ts";
import { planSshdOf, withSshd } from "./job-sshd.ts";
import { makeNodeDir } from "./node-dir.ts";
import { encodeOrder, type Order } from "./order.ts";
import { setupDir } from "./place.ts";
import { mountsBelow, planSetup, type SetupFacts, setupText } from "./plan-setup.ts";
import { differences, readRecord, SETUP_FILE } from "./record.ts";
import { fileSources } from "./source-kind.ts";
import { checkHooks } from "./trusted-hooks.ts";
import { checkTrusted } from "./trusted-image.ts";
import type { SetupKey, SetupRecord, SetupRequest } from "./types.ts";

/** Where it is set up, and who answers questions. */
export interface Site {
  readonly config: NodeConfig;
  /** Directory of set-ups. */
  readonly nodeDir: string;
  readonly env: Environment;
  readonly lookup: Lookup;
  /** Says what this machine has against an image's file. */
  readonly checkImage?: ((path: string) => Promise<void>) | undefined;
  /** Ends the waiting for sshd. */
  readonly signal?: (() => AbortSignal) | undefined;
}

// Statuses of `berth-node setup`.
const SAME = 3;
const OTHER = 4;
const UNFIT = 5;

/**
 * Sets a container up. Answers whether anything had to be done.
 * @throws E_NODE_ROOT, E_NODE_DIR, E_NODE_IMAGE_FILE, E_NODE_OTHER, E_NODE_SETUP, E_NODE_UNFIT, E_NODE_CACHE, E_SSHD_…, and what the request is wrong with
 */
export async function setUp(asked: SetupRequest, site: Site): Promise<"done" | "there"> {
  requireRoot();
  if (site.config.record === undefined) return await makeReady(asked, site);
  const { recordedSetup } = await import("../record/setup-record.ts");
  return await recordedSetup(asked, site.env, (known) => makeReady(asked, site, known));
}

async function makeReady(
  asked: SetupRequest,
  site: Site,
  known?: (launch: BatchLaunch) => void,
): Promise<"done" | "there"> {
  const { config, nodeDir } = site;
  const person = personByUid(config, asked.uid, {
    ...(asked.gid === undefined ? {} : { gid: asked.gid }),
    ...(asked.user === undefined ? {} : { name: asked.user }),
  });
  const launch = await launchOf(asked, person, site);
  known?.(launch);
  const dir = setupDir(nodeDir, asked);
  const launcher = ownProgram("berth-launch", site.env);
  const sshd = await planSshdOf(launch, { ...asked, nodeDir, dir, launcher });
  const facts = siteFacts(launch, { asked, dir, launcher, clientMounts: sshd?.mounts ?? [] });
  const order = planSetup(launch, { ...facts, files: await fileSources(launch, mountsBelow(launch, facts)) });
  const there = readIfAny(`${dir}/${SETUP_FILE}`);
  const wanted = setupText(launch, asked);
  if (there !== "" && there !== wanted) throw otherIsThere(dir, wanted, asked);
  makeNodeDir(nodeDir);
  return await withSshd(sshd, site.signal, {
    act: () => carryOut(order, wanted, asked, site),
    undo: (result) => result === "done" && callNode(["release", dir, "0"], Buffer.alloc(0), nodeDir, site.env),
  });
}

function siteFacts(
  launch: BatchLaunch,
  known: Pick<SetupFacts, "asked" | "dir" | "launcher" | "clientMounts">,
): SetupFacts {
  const { config, person } = launch;
  const { hosts } = known.asked;
  const volumes = cacheVolumes(launch);
  return {
    ...known,
    etc: etcFiles(config, person),
    hostsFile: hosts === undefined ? undefined : hostsFile(hosts),
    caches: planCaches(volumes, cacheFacts(volumes, config, person)),
    list: namesIn,
  };
}

function carryOut(order: Order, wanted: string, asked: SetupKey, { nodeDir, env }: Site): "done" | "there" {
  const { status, said } = callNode(["setup"], encodeOrder(order), nodeDir, env);
  if (status === 0 || status === SAME) return status === 0 ? "done" : "there";
  if (status === OTHER) throw otherIsThere(order.dir, wanted, asked);
  if (status === UNFIT) throw fail("E_NODE_UNFIT", { why: said.join("; ") });
  throw fail("E_NODE_SETUP", {
    why: said.join("; ") || "berth-node was ended by a signal",
    advice: "nothing of it is left; mend the reason and run it again",
  });
}

/** Refuses who is not root. @throws E_NODE_ROOT */
export function requireRoot(): void {
  if (process.geteuid?.() !== 0) throw fail("E_NODE_ROOT");
}

async function launchOf(asked: SetupRequest, person: Person, site: Site): Promise<BatchLaunch> {
  const { config, lookup } = site;
  const modules = selectModules(config, asked.modules === undefined ? undefined : parseModuleList(asked.modules));
  const volumes = asked.volumes.flatMap(parseUserVolumes);
  const image = await imageOf(asked.image, config, lookup);
  checkAccess(image, person);
  checkTrusted(image, config, person.uid);
  if (image.root.kind === "file") await site.checkImage?.(image.root.path);
  checkHooks([config.preMountHook, config.postMountHook, ...modules.map(({ roothook }) => roothook)]);
  return {
    request: requestOf(
      asked.image,
      volumes,
      modules.map(({ name }) => name),
    ),
    image,
    modules,
    config,
    person,
  };
}

async function imageOf(asked: ImageRequest, config: NodeConfig, lookup: Lookup): Promise<BatchImage> {
  if (asked.type === "local") return localImage(asked.name, config);
  return readPublishedImage(config.imagePath, asked.type === "id" ? asked.name : await lookup(asked), asked.asked);
}

// What a launch brings itself is left open.
function requestOf(image: ImageRequest, volumes: readonly Volume[], modules: readonly string[]): ShifterRequest {
  return {
    ...{ image, volumes, modules, entrypoint: { kind: "none" }, workdir: { kind: "caller" } },
    ...{ set: [], unset: [], keep: undefined, envFiles: [], clearEnv: false },
    ...{ writableTmpfs: false, devices: [], words: [] },
  };
}

function cacheVolumes({ config, modules, request }: BatchLaunch): readonly Volume[] {
  return [...config.siteFs, ...modules.flatMap(({ volumes }) => volumes), ...request.volumes];
}

function otherIsThere(dir: string, wanted: string, { uid, job }: SetupKey): Error {
  const record = readRecord(dir);
  const differ = record ? differences(record, JSON.parse(wanted) as SetupRecord).join(", ") : "";
  const what = record ? `${record.asked}, id ${record.identifier} (other: ${differ})` : "it cannot be read";
  return fail("E_NODE_OTHER", { dir, uid, job, what });
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
