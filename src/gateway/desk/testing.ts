// A desk over real records for tests: catalog and queue in a SQLite file, files as a set of names, time set by hand.

import type { LocationConfig, SystemConfig } from "../../site/gateway-config.ts";
import { openMemoryStore } from "../../store/testing.ts";
import type { StoredImage } from "../catalog/access.ts";
import { makeCatalog } from "../catalog/catalog.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import { madeOf, pullOf } from "../catalog/testing.ts";
import type { ServerQueue } from "../queue/queue.ts";
import { type HandClock, handClock, serverQueue } from "../queue/testing.ts";
import type { OwnImages } from "../registry/own-images.ts";
import type { MadeImage, Principal, PublishedAcl, PullRecord, RegistryCredential, Scope } from "../types.ts";
import { type GatewayDesk, makeDesk } from "./desk.ts";
import type { DeskConfig, QueueLimits } from "./parts.ts";

/** A desk with everything behind it. */
export interface TestDesk {
  readonly desk: GatewayDesk;
  readonly catalog: GatewayCatalog;
  readonly queue: ServerQueue;
  readonly clock: HandClock;
  /** What was published or removed, newest last: `published alpha f1`, with the lists by name. */
  readonly files: { readonly log: string[]; readonly lists: Map<string, PublishedAcl>; there: boolean };
  config: DeskConfig;
  /** The site's own registry, the location `mine`; undefined at first. */
  own: OwnImages | undefined;
  /** Claims the next pull and ends it READY with that image. */
  finish(id: string, changes?: Partial<MadeImage>): Promise<StoredImage>;
  /** Claims the next pull and ends it in a failure. */
  fail(message: string): Promise<PullRecord>;
  /** Records an image as if it had been pulled now. */
  put(
    pull: Partial<PullRecord> & { readonly tag: string },
    id: string,
    made?: Partial<MadeImage>,
  ): Promise<StoredImage>;
  close(): Promise<void>;
}

/** Somebody with that number; `root` (0) is administrator, `batch` (1) operator of both systems. */
export function who(
  uid: number,
  more: {
    readonly gids?: readonly number[];
    readonly scopes?: readonly Scope[];
    readonly registries?: Readonly<Record<string, RegistryCredential>>;
  } = {},
): Principal {
  const user = uid === 0 ? "root" : uid === 1 ? "batch" : `u${uid}`;
  return {
    uid,
    gid: uid,
    user,
    group: user,
    via: "munge",
    scopes: more.scopes,
    registries: new Map(Object.entries(more.registries ?? {})),
    groups: async () => [uid, ...(more.gids ?? [])],
  };
}

/** Opens it. */
export async function openDesk(limits?: Partial<QueueLimits>): Promise<TestDesk> {
  const clock = handClock();
  const store = await openMemoryStore(() => clock.now);
  const rules = { expirationMs: 86_400_000, privateDefault: "owner", lookupsKept: true } as const;
  const catalog = makeCatalog({ store, config: { ...rules, quota: { bytes: undefined, images: undefined } } });
  const queue = serverQueue(store, "one", clock);
  const files: TestDesk["files"] = { log: [], lists: new Map(), there: true };
  const desk = makeDesk({
    catalog,
    queue,
    publisher: {
      exists: async () => files.there,
      republish: async (system, { id }, acl) => {
        files.log.push(`republished ${system} ${id}`);
        files.lists.set(id, acl);
      },
      remove: async (system, id) => void files.log.push(`removed ${system} ${id}`),
    },
    collector: async (system, dryRun) => {
      files.log.push(`collected ${system} ${dryRun}`);
      return { expired: [], orphanFiles: [], blobs: 0, records: 0, bytes: 0 };
    },
    config: () => test.config,
    ownImages: () => test.own,
    now: () => clock.now,
    signal: new AbortController().signal,
    limits,
  });
  const test: TestDesk = {
    ...{ desk, catalog, queue, clock, files, config: configOf(rules), own: undefined },
    async finish(id, changes) {
      const pull = await queue.claim({ perUser: 100 });
      if (!pull) throw new Error("nothing to claim");
      const image = await catalog.record(pull, madeOf(id, changes), 100, "READY", "");
      await queue.finish(pull.id, { kind: "ready", imageId: id });
      return image;
    },
    async fail(message) {
      const pull = await queue.claim({ perUser: 100 });
      if (!pull) throw new Error("nothing to claim");
      await queue.finish(pull.id, { kind: "failed", message, code: "E_TEST" });
      return pull;
    },
    put: (pull, id, made) => catalog.record(pullOf(pull.tag, pull), madeOf(id, made), 100, "READY", ""),
    async close() {
      await desk.settled();
      await queue.close();
      await catalog.close();
      await store.close();
    },
  };
  return test;
}

function configOf(rules: { readonly expirationMs: number; readonly lookupsKept: boolean }): DeskConfig {
  const location = (name: string, own = false): LocationConfig => {
    return { name, url: `https://${name}.example`, caFile: undefined, authMethod: "token", own };
  };
  return {
    systems: new Map([
      ["alpha", systemOf("alpha")],
      ["beta", systemOf("beta")],
    ]),
    defaultLocation: "hub",
    locations: new Map([
      ["hub", location("hub")],
      ["other", location("other")],
      ["mine", location("mine", true)],
    ]),
    pullUpdateMs: 300_000,
    heartbeatMs: 3_600_000,
    anonymous: true,
    imports: "all",
    ...rules,
  };
}

function systemOf(name: string): SystemConfig {
  return {
    name,
    mungeSocket: undefined,
    admins: ["root"],
    operators: ["batch"],
    format: "squashfs",
    converterOptions: {},
    platform: "linux/amd64",
    transfer: { kind: "local", imageDir: "/images" },
  };
}
