// The records of what was pushed, in both databases: notifications may come twice or in the wrong order.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPostgres, startPostgres, type TestPostgres } from "../../../tests/support/postgres.ts";
import { openStore } from "../../store/open-store.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { registryBook } from "./book.ts";
import { type PushedManifest, registryShelf, type Shelf } from "./shelf.ts";

const KINDS = [
  { kind: "SQLite", skip: false },
  { kind: hasPostgres ? "PostgreSQL" : "PostgreSQL [not installed]", skip: !hasPostgres },
];
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const pushed = (tag: string | undefined, letter: string, at: number): PushedManifest => ({
  ...{ repository: "geo/a", tag, digest: digest(letter), bytes: 5, by: "anna", at },
  mediaType: "application/vnd.oci.image.manifest.v1+json",
});

describe.each(KINDS)("the shelf in $kind", ({ kind, skip }) => {
  let postgres: TestPostgres | undefined;
  let store: Store;
  let shelf: Shelf;

  beforeAll(async () => {
    if (skip) return;
    if (kind === "PostgreSQL") postgres = await startPostgres();
    store = postgres
      ? await openStore(await postgres.createDatabase(), { now: () => 1000 })
      : await openMemoryStore(() => 1000);
    shelf = registryShelf(store);
  });
  afterAll(async () => {
    await store?.close();
    await postgres?.stop();
  });

  test.skipIf(skip)("takes a push again, and an older one after a newer one, for what they are", async () => {
    await shelf.pushed(pushed("1", "a", 100));
    await shelf.pushed(pushed("1", "b", 200));
    await shelf.pushed(pushed("1", "b", 200));
    await shelf.pushed(pushed("1", "a", 100));
    await shelf.pushed(pushed(undefined, "c", 300));
    expect(await shelf.digestOf("geo/a", "1")).toBe(digest("b"));
    expect(await shelf.repository("geo/a")).toEqual({ name: "geo/a", createdAt: 100, pushedAt: 300, pushedBy: "anna" });
  });

  test.skipIf(skip)("forgets the tags of what is gone", async () => {
    for (const tag of ["x", "y"]) await shelf.pushed(pushed(tag, "d", 400));
    await shelf.untagged("geo/a", "x");
    expect(await shelf.digestOf("geo/a", "x")).toBeUndefined();
    await shelf.removed("geo/a", digest("d"));
    expect((await shelf.tags("geo/a")).map(({ tag }) => tag)).toEqual(["1"]);
  });

  test.skipIf(skip)("keeps the last word of the judges", async () => {
    await shelf.judged(digest("b"), { verdict: "quarantined", reason: "why" });
    await shelf.judged(digest("b"), { verdict: "accepted", reason: "" });
    expect(await shelf.tags("geo/a")).toMatchObject([{ tag: "1", verdict: { verdict: "accepted" } }]);
  });

  test.skipIf(skip)("keeps teams and namespaces as they were said last", async () => {
    const book = registryBook(store);
    const team = { name: "geo", group: "g", members: new Map([["anna", "admin"]] as const) };
    await book.saveTeam({ ...team, group: undefined });
    await book.saveTeam(team);
    expect(await book.teams()).toEqual([team]);
    const namespace = { name: "geo", team: "geo", grants: [{ to: "everyone", role: "view" } as const], tagRules: [] };
    await book.saveNamespace({ ...namespace, grants: [] });
    await book.saveNamespace(namespace);
    expect(await book.namespace("geo")).toEqual(namespace);
    expect(await book.removeTeam("geo")).toBe("geo");
    await book.removeNamespace("geo");
    expect(await book.removeTeam("geo")).toBeUndefined();
    expect(await book.teams()).toEqual([]);
  });
});
