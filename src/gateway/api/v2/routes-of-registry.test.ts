// The management routes with real records: who may make teams and namespaces, and who sees what.

import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleServer } from "../../../../tests/gateway/sample-server.ts";
import type { Store } from "../../../store/store.ts";
import { openMemoryStore } from "../../../store/testing.ts";
import { registryBook } from "../../registry/book.ts";
import { registryOffice } from "../../registry/office.ts";
import { registryShelf } from "../../registry/shelf.ts";
import type { Principal } from "../../types.ts";
import type { V2Parts } from "./parts.ts";
import { v2Routes } from "./v2-routes.ts";

let store: Store;
let app: FastifyInstance;

function principal(user: string): Principal {
  const groups = async () => (user === "gina" ? [100, 3000] : [100]);
  return { uid: 1, gid: 100, user, group: "users", via: "token", registries: new Map(), groups };
}

beforeAll(async () => {
  store = await openMemoryStore(() => 1000);
  const [book, shelf] = [registryBook(store), registryShelf(store)];
  const office = registryOffice({
    ...{ book, shelf, isAdmin: (who) => who.user === "root" },
    groupNumber: async (name) => (name === "geo" ? 3000 : undefined),
  });
  app = fastify();
  const authenticate = async (request: { readonly headers: Readonly<Record<string, unknown>> }) =>
    typeof request.headers["x-user"] === "string" ? principal(request.headers["x-user"]) : undefined;
  // The routes of the registry use nothing else.
  await app.register(v2Routes({ registry: office, authenticate, watch: () => () => {} } as unknown as V2Parts));
  for (const repository of ["geo/map", "geo/open", "users/anna/x"])
    await shelf.pushed({
      ...{ repository, tag: "1", digest: `sha256:${"a".repeat(64)}`, bytes: 5, by: "gina", at: 900 },
      mediaType: "application/vnd.oci.image.manifest.v1+json",
    });
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function ask(user: string | undefined, method: "GET" | "PUT" | "DELETE", url: string, payload?: object) {
  const headers = user === undefined ? {} : { "x-user": user };
  const answer = await app.inject({ method, url: `/v2${url}`, headers, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.body === "" ? undefined : answer.json() };
}

const NOTHING = { grants: [], tagRules: [] };

describe("the routes of the site's registry", () => {
  test("let admins of the site make teams and give them namespaces", async () => {
    const team = { group: "geo", members: { tom: "admin", tim: "write" } };
    expect((await ask(undefined, "PUT", "/teams/geo", team)).status).toBe(401);
    expect((await ask("tom", "PUT", "/teams/geo", team)).status).toBe(403);
    expect((await ask("root", "PUT", "/teams/geo", team)).status).toBe(204);
    const space = { team: "geo", grants: [{ to: "everyone", role: "view", repository: "open" }], tagRules: [] };
    expect((await ask("tom", "PUT", "/namespaces/geo", space)).status).toBe(403);
    expect((await ask("root", "PUT", "/namespaces/geo", space)).status).toBe(204);
    expect((await ask("tom", "GET", "/teams")).body).toEqual({ items: [{ name: "geo", ...team }] });
  });

  test("let a team's admins look after its members and its namespace, and not give either away", async () => {
    const members = { tom: "admin", tim: "write", kim: "write" };
    expect((await ask("tim", "PUT", "/teams/geo", { group: "geo", members })).status).toBe(403);
    expect((await ask("tom", "PUT", "/teams/geo", { group: "geo", members })).status).toBe(204);
    expect((await ask("tom", "PUT", "/teams/geo", { group: "wheel", members })).status).toBe(403);
    const rules = [{ pattern: "v*", kind: "immutable" }];
    const space = { grants: [{ to: "everyone", role: "view", repository: "open" }], tagRules: rules };
    expect((await ask("tom", "PUT", "/namespaces/geo", { ...space, team: "geo" })).status).toBe(204);
    expect((await ask("tim", "PUT", "/namespaces/geo", { ...space, team: "geo" })).status).toBe(403);
    expect((await ask("tom", "PUT", "/namespaces/geo", { ...space, team: "other" })).status).toBe(404);
  });

  test("let people open their own namespace, and nobody else's", async () => {
    expect((await ask("anna", "PUT", "/namespaces/users/anna", NOTHING)).status).toBe(204);
    expect((await ask("tom", "PUT", "/namespaces/users/anna", NOTHING)).status).toBe(403);
  });

  test.each([["users"], ["images"], ["Geo"], ["a/b"]])("refuse %s as a namespace", async (name) => {
    expect((await ask("root", "PUT", `/namespaces/${name}`, { ...NOTHING, team: "geo" })).status).toBe(400);
  });

  test.each([[{ members: [] }], [{ members: { tom: "boss" } }], [{ members: {}, color: "red" }]])(
    "refuse a team like %j",
    async (body) => {
      expect((await ask("root", "PUT", "/teams/bad", body)).status).toBe(400);
    },
  );

  test("list what the caller may view, page by page", async () => {
    const names = async (user: string | undefined) =>
      (await ask(user, "GET", "/repositories")).body.items.map((one: { name: string; role: string }) => [
        one.name,
        one.role,
      ]);
    expect(await names(undefined)).toEqual([["geo/open", "view"]]);
    expect(await names("gina")).toEqual([
      ["geo/map", "write"],
      ["geo/open", "write"],
    ]);
    expect(await names("anna")).toEqual([
      ["geo/open", "view"],
      ["users/anna/x", "admin"],
    ]);
    const page = await ask("root", "GET", "/repositories?limit=2");
    expect(page.body).toMatchObject({ next: "geo/open" });
    expect((await ask("root", "GET", "/repositories?limit=2&after=geo/open")).body.items).toHaveLength(1);
  });

  test("tell the tags of a repository, and nothing of one that may not be known", async () => {
    const known = await ask("gina", "GET", "/repositories/geo/map");
    expect(known.body).toMatchObject({ name: "geo/map", tags: [{ tag: "1", bytes: 5, pushedBy: "gina" }] });
    const [hidden, missing] = [
      await ask("anna", "GET", "/repositories/geo/map"),
      await ask("anna", "GET", "/repositories/geo/no"),
    ];
    expect([hidden.status, missing.status]).toEqual([404, 404]);
    expect(hidden.body.detail.replace("map", "no")).toBe(missing.body.detail);
  });

  test("keep a team as long as it owns something", async () => {
    expect((await ask("root", "DELETE", "/teams/geo")).status).toBe(409);
    expect((await ask("root", "DELETE", "/namespaces/geo")).status).toBe(204);
    expect((await ask("root", "DELETE", "/teams/geo")).status).toBe(204);
  });
});

test("a gateway without a registry says so", async () => {
  const { app: plain } = await sampleServer();
  for (const url of ["/teams", "/namespaces", "/repositories", "/repositories/a/b"]) {
    const answer = await plain.inject({ url: `/v2${url}`, headers: { authentication: "root" } });
    expect([answer.statusCode, answer.json().detail]).toEqual([404, "this site has no registry of its own"]);
  }
  await plain.close();
});
