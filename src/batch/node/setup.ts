// Sets a container up for a job on this node: looks at everything the order depends on, then has it carried out. Idempotent;
// berth-node sees to it that a set-up is there wholly or not at all.

import { chmodSync, mkdirSync, readdirSync } from "node:fs";
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
import { encodeOrder } from "./order.ts";
import { setupDir } from "./place.ts";
import { mountsBelow, planSetup, SETUP_FILE, type SetupFacts } from "./plan-setup.ts";
import { fileSources } from "./source-kind.ts";
import { checkTrusted } from "./trusted-image.ts";
import type { SetupRequest } from "./types.ts";

/** Where it is set up, and who answers questions. */
export interface Site {
  readonly config: NodeConfig;
  /** Directory of set-ups. */
  readonly nodeDir: string;
  readonly env: Environment;
  readonly lookup: Lookup;
}

// Statuses of `berth-node setup`.
const SAME = 3;
const OTHER = 4;

/**
 * Sets a container up. Answers whether anything had to be done.
 * @throws E_NODE_ROOT, E_NODE_IMAGE_FILE, E_NODE_OTHER, E_NODE_SETUP, E_NODE_CACHE, and what the request is wrong with
 */
export async function setUp(asked: SetupRequest, site: Site): Promise<"done" | "there"> {
  requireRoot();
  const { config, nodeDir, env } = site;
  const person = personByUid(config, asked.uid, {
    ...(asked.gid === undefined ? {} : { gid: asked.gid }),
    ...(asked.user === undefined ? {} : { name: asked.user }),
  });
  const launch = await launchOf(asked, person, site);
  const dir = setupDir(nodeDir, asked);
  const volumes = cacheVolumes(launch);
  const facts: SetupFacts = {
    ...{ asked, dir, launcher: ownProgram("berth-launch", env) },
    etc: etcFiles(config, person),
    hostsFile: asked.hosts === undefined ? undefined : hostsFile(asked.hosts),
    caches: planCaches(volumes, cacheFacts(volumes, config, person)),
    list: namesIn,
  };
  const files = await fileSources(launch, mountsBelow(launch, facts));
  const order = planSetup(launch, { ...facts, files });
  makeNodeDir(nodeDir);
  const { status, said } = callNode(["setup"], encodeOrder(order), nodeDir, env);
  if (status === 0 || status === SAME) return status === 0 ? "done" : "there";
  if (status === OTHER) throw otherIsThere(dir, asked);
  throw fail("E_NODE_SETUP", {
    why: said.join("; ") || "berth-node was ended by a signal",
    advice: "nothing of it is left; mend the reason and run it again",
  });
}

/** Refuses who is not root. @throws E_NODE_ROOT */
export function requireRoot(): void {
  if (process.geteuid?.() !== 0) throw fail("E_NODE_ROOT");
}

async function launchOf(asked: SetupRequest, person: Person, { config, lookup }: Site): Promise<BatchLaunch> {
  const modules = selectModules(config, asked.modules === undefined ? undefined : parseModuleList(asked.modules));
  const volumes = asked.volumes.flatMap(parseUserVolumes);
  const image = await imageOf(asked.image, config, lookup);
  checkAccess(image, person);
  checkTrusted(image, config, person.uid);
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

// Everybody has to pass it on the way to his own; nobody has to see who else has one.
function makeNodeDir(dir: string): void {
  const first = mkdirSync(dir, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  // The prolog's umask may be anything.
  for (let at = dir; at.length >= first.length; at = at.slice(0, at.lastIndexOf("/")))
    chmodSync(at, at === dir ? 0o711 : 0o755);
}

function otherIsThere(dir: string, { uid, job }: SetupRequest): Error {
  const text = readIfAny(`${dir}/${SETUP_FILE}`).trim();
  return fail("E_NODE_OTHER", { dir, uid, job, what: text || "it cannot be read" });
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
