// `berth gateway team|namespace|repo` against the gateway's own routes, with real records of a registry.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registryBook } from "../../src/gateway/registry/book.ts";
import { registryOffice } from "../../src/gateway/registry/office.ts";
import { registryShelf } from "../../src/gateway/registry/shelf.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import { openPlace, type Place } from "./program.ts";

let store: Store;
let place: Place;

beforeAll(async () => {
  store = await openMemoryStore(() => 1000);
  const [book, shelf] = [registryBook(store), registryShelf(store)];
  const image = { repository: "geo/map", tag: "2", system: "cluster", image: "site/geo/map:2", status: "READY" };
  place = await openPlace(
    registryOffice({
      ...{ book, shelf, isAdmin: (who) => who.user === "root", groupNumber: async () => undefined },
      imagesOf: async () => [
        { ...image, current: true },
        { ...image, tag: "1", image: "site/geo/map:1", current: false },
      ],
    }),
  );
  for (const tag of ["1", "2"])
    await shelf.pushed({
      ...{ repository: "geo/map", tag, digest: `sha256:${"a".repeat(64)}`, bytes: 5, by: "alice", at: 900 },
      mediaType: "application/vnd.oci.image.manifest.v1+json",
    });
  await shelf.judged(`sha256:${"a".repeat(64)}`, { verdict: "quarantined", reason: "too old" });
});
afterAll(async () => {
  await place?.close();
  await store?.close();
});

const gateway = (as: string, ...words: string[]) => place.berth(["gateway", ...words], { as });
const done = { status: 0, out: "", err: "" };

describe("berth gateway", () => {
  test("makes, changes, shows and removes teams", async () => {
    const members = ["--member", "alice=admin", "--member", "bob", "--member", "tim=write"];
    expect(await gateway("root", "team", "set", "geo", "--directory-group", "geologists", ...members)).toEqual(done);
    expect(await gateway("alice", "team", "set", "geo", "--drop", "tim")).toEqual(done);
    expect((await gateway("bob", "team", "list")).out).toBe(
      "TEAM    GROUP         MEMBERS\ngeo     geologists    alice (admin), bob\n",
    );
    expect(JSON.parse((await gateway("bob", "team", "show", "geo", "--json")).out)).toEqual({
      ...{ name: "geo", group: "geologists", members: { alice: "admin", bob: "write" }, namespaces: [] },
    });
    expect(await gateway("bob", "team", "set", "geo", "--member", "bob=admin")).toMatchObject({
      status: 1,
      err: expect.stringContaining("the team geo is for admins of the site"),
    });
    expect((await gateway("root", "team", "set", "geo", "--member", "x=boss")).err).toContain("x=boss does not say");
    expect((await gateway("root", "team", "set", "old")).status).toBe(0);
    expect(await gateway("root", "team", "rm", "old")).toEqual(done);
    expect((await gateway("root", "team", "show", "old")).err).toContain("there is no team old");
  });

  test("makes, changes, shows and removes namespaces: owner, grants, rules for tags", async () => {
    const grants = ["--grant", "everyone=view@open", "--grant", "team:geo=view", "--grant", "user:eve=view"];
    const rules = ["--tag-rule", "semver=immutable", "--tag-rule", "*-dev=moving@map"];
    expect(await gateway("root", "namespace", "set", "geo", "--team", "geo", ...grants, ...rules)).toEqual(done);
    const change = ["--grant", "user:eve=write", "--revoke", "team:geo", "--drop-tag-rule", "semver"];
    expect(await gateway("alice", "namespace", "set", "geo", ...change)).toEqual(done);
    expect((await gateway("bob", "namespace", "show", "geo")).out).toBe(
      "namespace  geo\nteam       geo\ngrant      everyone=view@open\ngrant      user:eve=write\ntag rule   *-dev=moving@map\n",
    );
    expect((await gateway("bob", "namespace", "list")).out).toMatch(/^NAMESPACE .*\ngeo +geo +everyone=view@open user/);
    expect((await gateway("bob", "namespace", "set", "geo", "--grant", "user:bob=admin")).status).toBe(1);
    expect((await gateway("bob", "namespace", "set", "users/bob", "--grant", "everyone=view")).status).toBe(0);
    expect((await gateway("root", "namespace", "set", "geo", "--grant", "all=view")).err).toContain(
      "all=view does not",
    );
    expect((await gateway("root", "namespace", "set", "geo", "--tag-rule", "x=y")).err).toContain("x=y is no rule");
    expect((await gateway("root", "team", "show", "geo")).out).toContain("namespaces  geo\n");
    expect((await gateway("root", "team", "rm", "geo")).err).toContain("still owns geo");
    expect(await gateway("root", "namespace", "rm", "users/bob")).toEqual(done);
  });

  test("lists repositories and tags with what the systems have of them", async () => {
    expect((await gateway("bob", "repo", "list")).out).toMatch(
      /^REPOSITORY .*\ngeo\/map +write +1970-\S+ \S+ +alice +cluster: 2 READY, 1 READY \(older\)\n$/,
    );
    const { out } = await gateway("bob", "repo", "tags", "geo/map");
    expect(out).toMatch(/\n1 +a{12} +\S+ \S+ +alice +quarantined: too old +cluster: READY \(older\)\n2 .* READY\n$/);
    const json = JSON.parse((await gateway("bob", "repo", "tags", "geo/map", "--json")).out);
    expect(json).toMatchObject([
      { tag: "1", bytes: 5 },
      { tag: "2", images: [{ system: "cluster", current: true }] },
    ]);
    expect((await gateway("eve", "repo", "tags", "geo/none")).err).toContain("there is no repository geo/none");
  });
});
