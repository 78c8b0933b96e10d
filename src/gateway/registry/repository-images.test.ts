// What is told of the systems' images beside a repository, in both databases: never more than one may know.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPostgres, startPostgres, type TestPostgres } from "../../../tests/support/postgres.ts";
import { openStore } from "../../store/open-store.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { makeCatalog } from "../catalog/catalog.ts";
import { madeOf, pullOf } from "../catalog/testing.ts";
import { handClock, serverQueue } from "../queue/testing.ts";
import type { Principal } from "../types.ts";
import { type ImagesOf, repositoryImages } from "./repository-images.ts";
import { registryShelf } from "./shelf.ts";

const KINDS = [
  { kind: "SQLite", skip: false },
  { kind: hasPostgres ? "PostgreSQL" : "PostgreSQL [not installed]", skip: !hasPostgres },
];
const person = (uid: number): Principal => ({
  ...{ uid, gid: uid, user: `u${uid}`, group: "g", via: "munge", registries: new Map() },
  groups: async () => [uid],
});

describe.each(KINDS)("images of repositories in $kind", ({ kind, skip }) => {
  const clock = handClock();
  const closers: (() => Promise<unknown>)[] = [];
  let postgres: TestPostgres | undefined;
  let store: Store;
  let imagesOf: ImagesOf;
  let prefixes = ["site/"];

  beforeAll(async () => {
    if (skip) return;
    const now = () => clock.now;
    if (kind === "PostgreSQL") postgres = await startPostgres();
    store = postgres ? await openStore(await postgres.createDatabase(), { now }) : await openMemoryStore(now);
    const rules = {
      expirationMs: 1000,
      privateDefault: "owner",
      quota: { bytes: undefined, images: undefined },
    } as const;
    const catalog = makeCatalog({ store, config: { ...rules, lookupsKept: false } });
    const queue = serverQueue(store, "one", clock);
    closers.push(
      () => queue.close(),
      () => catalog.close(),
    );
    const shelf = registryShelf(store);
    for (const [name, digest] of [
      ["geo/map:1", "a"],
      ["geo/map:2", "b"],
      ["geo/map2:1", "a"],
    ] as const) {
      const [repository = "", tag] = name.split(":");
      const pushed = { repository, tag, digest: `sha256:${digest}`, bytes: 1, by: "u500", at: clock.now + 5 };
      await shelf.pushed({ ...pushed, mediaType: "application/vnd.oci.image.manifest.v1+json" });
    }
    const closed = { private: true } as const;
    await catalog.record(pullOf("site/geo/map:1"), madeOf("a", closed), 1, "READY", "");
    await catalog.record(pullOf("site/geo/map:2"), madeOf("old", closed), 1, "READY", "");
    await catalog.record(pullOf("site/geo/map:1", { system: "beta" }), madeOf("a"), 1, "READY", "");
    await catalog.record(pullOf("geo/map:1"), madeOf("z"), 1, "READY", "");
    const secret = {
      system: "beta",
      itype: "docker",
      tag: "site/geo/map:2",
      kind: "pull",
      users: [],
      groups: [],
    } as const;
    const login = new Map([["site", { user: "u500", password: "pass" }]]);
    await queue.add({ ...secret, owner: { uid: 500, gid: 500, user: "u500" }, registries: login });
    imagesOf = repositoryImages(store, () => prefixes);
  });
  afterAll(async () => {
    for (const close of closers) await close();
    await store?.close();
    await postgres?.stop();
  });

  const told = async (who: Principal | undefined, ...repositories: string[]) =>
    (await imagesOf(who, repositories))
      .map(({ system, image, status, current }) => `${system} ${image} ${status}${current ? "" : " older"}`)
      .sort();

  test.skipIf(skip)("are those that one may read, and one's own pulls", async () => {
    expect(await told(person(500), "geo/map", "geo/map2")).toEqual([
      "alpha site/geo/map:1 READY",
      "alpha site/geo/map:2 READY older",
      "beta site/geo/map:1 READY",
      "beta site/geo/map:2 PENDING",
    ]);
    expect(await told(person(600), "geo/map")).toEqual(["beta site/geo/map:1 READY"]);
    expect(await told(undefined, "geo/map")).toEqual(["beta site/geo/map:1 READY"]);
    expect(await told(person(500), "geo/map2")).toEqual([]);
  });

  test.skipIf(skip)("have names without the location too where it is the default one", async () => {
    prefixes = [""];
    expect(await told(person(600), "geo/map")).toEqual(["alpha geo/map:1 READY older"]);
  });
});
