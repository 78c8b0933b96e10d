// A gateway's workers with everything real around them (store, queue, catalog, publisher, job processes), for tests: in a
// folder of its own, with one local system unless said otherwise.

import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../src/base/log.ts";
import type { GatewayCatalog } from "../../src/gateway/catalog/gateway-catalog.ts";
import { makeCatalog } from "../../src/gateway/catalog/index.ts";
import { makePublisher } from "../../src/gateway/publish/publisher.ts";
import { makeQueue, type ServerQueue } from "../../src/gateway/queue/queue.ts";
import { sealWith } from "../../src/gateway/queue/seal.ts";
import type { NewPull } from "../../src/gateway/records.ts";
import type { Judge, Owner, PullRecord, RegistryCredential } from "../../src/gateway/types.ts";
import { startWorkers, type Workers } from "../../src/gateway/work/index.ts";
import type { GatewayConfig, LocationConfig, SystemConfig, WorkerLimits } from "../../src/site/gateway-config.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/testing.ts";

const MIB = 2 ** 20;

/** What is different from a plain gateway. */
export interface WorkshopSetup {
  readonly locations?: readonly LocationConfig[];
  readonly systems?: Readonly<Record<string, Partial<SystemConfig>>>;
  readonly workers?: Partial<WorkerLimits>;
  readonly config?: Partial<GatewayConfig>;
  readonly judges?: readonly Judge[];
  readonly program?: readonly string[];
  readonly silentMs?: number;
  /** Where everything lies; a new folder unless said otherwise. */
  readonly dir?: string;
  /** The database; one of its own unless said otherwise. */
  readonly store?: Store;
}

/** A running gateway without its HTTP side. */
export interface Workshop {
  readonly dir: string;
  readonly config: GatewayConfig;
  readonly store: Store;
  readonly queue: ServerQueue;
  readonly catalog: GatewayCatalog;
  readonly workers: Workers;
  readonly said: readonly string[];
  /** Sets the clock forward, so that pauses are over. */
  advance(seconds: number): void;
  imageDir(system?: string): string;
  /** Asks for an image. */
  ask(tag: string, more?: Asked): Promise<PullRecord>;
  /** Asks, and waits until it is READY or FAILURE. */
  pull(tag: string, more?: Asked): Promise<PullRecord>;
  /** Waits until the record is as wanted; fails with it after 15 s, unless said otherwise. */
  until(id: string, wanted: (pull: PullRecord) => boolean, ms?: number): Promise<PullRecord>;
  /** Names of everything in the working folder but the server's own sign. */
  leftInWork(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface Asked {
  readonly system?: string;
  readonly owner?: Owner;
  readonly users?: readonly number[];
  readonly registries?: Readonly<Record<string, RegistryCredential>>;
  readonly importFrom?: { readonly path: string; readonly format: string };
}

export const ALICE: Owner = { uid: 2001, gid: 2001, user: "alice" };
export const BOB: Owner = { uid: 2002, gid: 2002, user: "bob" };

/** A location for `host`, spoken to over plain HTTP unless the url says otherwise. */
export function locationAt(name: string, url: string, more: Partial<LocationConfig> = {}): LocationConfig {
  return { name, url, caFile: undefined, authMethod: "token", ...more };
}

export async function openWorkshop(setup: WorkshopSetup): Promise<Workshop> {
  const dir = setup.dir ?? (await mkdtemp(join(tmpdir(), "berth-workshop-")));
  let ahead = 0;
  const now = () => Date.now() / 1000 + ahead;
  const config = await configOf(setup, dir);
  const said: string[] = [];
  const log: Log = { info: (text) => void said.push(text), warn: (text) => void said.push(text), debug: () => {} };
  const store = setup.store ?? (await openMemoryStore(now));
  const server = { id: randomUUID(), host: "test" };
  const { attempts } = config.workers;
  const queue = makeQueue({ store, server, seal: sealWith(KEY), now, attempts });
  const catalog = makeCatalog({ store, config });
  const publisher = makePublisher(config, { log, now });
  const workers = await startWorkers({
    ...{ queue, catalog, publisher, judges: setup.judges ?? [], config, now, log },
    program: setup.program,
    silentMs: setup.silentMs,
    limitsEveryMs: 50,
  });
  const shop = { dir, config, store, queue, catalog, workers, said };
  return {
    ...shop,
    advance: (seconds) => {
      ahead += seconds;
    },
    imageDir: (system = "perlmutter") => join(dir, "images", system),
    ask: (tag, more = {}) => queue.add(newPull(tag, more)),
    async pull(tag, more = {}) {
      const { id } = await queue.add(newPull(tag, more));
      return untilPull(queue, id, ({ finishedAt }) => finishedAt !== null);
    },
    until: (id, wanted, ms) => untilPull(queue, id, wanted, ms),
    leftInWork: () => leftIn(config.workDir),
    async stop() {
      await workers.stop();
      await queue.close();
      await catalog.close();
      if (setup.store === undefined) await store.close();
      if (setup.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

const KEY = randomBytes(32);

async function configOf(setup: WorkshopSetup, dir: string): Promise<GatewayConfig> {
  const systems = new Map<string, SystemConfig>();
  for (const [name, change] of Object.entries(setup.systems ?? { perlmutter: {} })) {
    const imageDir = join(dir, "images", name);
    await mkdir(imageDir, { recursive: true });
    systems.set(name, {
      ...{ name, mungeSocket: undefined, admins: [], operators: [], format: "squashfs", converterOptions: {} },
      ...{ platform: "linux/amd64", transfer: { kind: "local", imageDir } },
      ...change,
    });
  }
  const locations = setup.locations ?? [];
  return {
    ...{ systems, defaultSystem: undefined, defaultLocation: locations[0]?.name ?? "" },
    locations: new Map(locations.map((location) => [location.name, location])),
    ...{ cacheDir: join(dir, "cache"), workDir: await folder(join(dir, "work")) },
    ...{ pullUpdateMs: 300_000, heartbeatMs: 3_600_000, expirationMs: 86_400_000 },
    ...{ authentication: "mock", anonymous: true, imports: "all", trustImportedSquashfs: false },
    ...{ privateDefault: "owner", examiner: undefined, lookupsKept: false, aclInMeta: true, labels: true },
    workers: {
      ...{ jobs: 2, jobsPerUser: 2, memoryBytes: 1024 * MIB, tempBytes: 1024 * MIB, attempts: 2 },
      ...setup.workers,
    },
    ...{ quota: { bytes: undefined, images: undefined }, keyFile: join(dir, "key") },
    ...setup.config,
  } as GatewayConfig;
}

async function folder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

function newPull(tag: string, { system = "perlmutter", owner = ALICE, users = [], ...rest }: Asked): NewPull {
  const registries = new Map(Object.entries(rest.registries ?? {}));
  const { importFrom } = rest;
  const kind = importFrom ? "import" : "pull";
  const itype = importFrom ? "custom" : "docker";
  return { system, itype, tag, kind, owner, users, groups: [], registries, importFrom } as NewPull;
}

async function untilPull(
  queue: ServerQueue,
  id: string,
  wanted: (pull: PullRecord) => boolean,
  ms?: number,
): Promise<PullRecord> {
  let pull: PullRecord | undefined;
  const look = async () => {
    // The database may be away in a test that takes it away.
    pull = await queue.find(id).catch(() => undefined);
    return pull !== undefined && wanted(pull);
  };
  await until(look, { instead: () => JSON.stringify(pull), ms });
  return pull as PullRecord;
}

/** Waits for a condition; fails after 30 s, unless said otherwise, with what is there instead. */
export async function until(
  holds: () => Promise<boolean>,
  { instead = () => "not so", ms = 30_000 }: { readonly instead?: () => string; readonly ms?: number | undefined } = {},
): Promise<void> {
  const late = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > late) throw new Error(`waited in vain: ${instead()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function leftIn(workDir: string): Promise<readonly string[]> {
  const names = await readdir(workDir, { recursive: true });
  return names.filter((name) => /\/./.test(name) && !/(?:owner\.json|\/staged|\/compiled(?:\/.*)?)$/.test(name));
}
