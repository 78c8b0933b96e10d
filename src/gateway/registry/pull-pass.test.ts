// The gateway's word for a job: a login that is good for reading one repository, with what its person may at that moment.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Principal } from "../types.ts";
import type { Namespace, Team } from "./book.ts";
import { type PullPasses, pullPasses } from "./pull-pass.ts";
import { parseScopes } from "./scope.ts";
import { openSigner, type Signer } from "./signer.ts";
import { type TokenService, tokenService } from "./token-service.ts";

let dir: string;
let clock = 1_000_000;
let signer: Signer;
let passes: PullPasses;
let tokens: TokenService;
let teams: readonly Team[];
const now = () => clock;
const NAMESPACE: Namespace = { name: "geo", team: "geo", grants: [], tagRules: [] };
const GEO: Team = { name: "geo", group: "geologists", members: new Map([["anna", "admin"]]) };

const person = (user: string, uid: number, scopes?: Principal["scopes"]): Principal => ({
  ...{ uid, gid: uid, user, group: user, via: "munge", registries: new Map(), scopes },
  groups: async () => [uid],
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-passes-"));
  signer = await openSigner(dir, now);
  teams = [GEO];
  passes = pullPasses({ signer, issuer: "gateway", now, groups: async (uid) => (uid === 7 ? [7, 3000] : [uid]) });
  tokens = tokenService({
    ...{ signer, passes, service: "registry", issuer: "gateway", now },
    book: { teams: async () => teams, namespace: async (name) => (name === "geo" ? NAMESPACE : undefined) },
    groupNumber: async () => 3000,
    isAdmin: (who) => who.user === "root" && who.scopes === undefined,
    login: async () => undefined,
    refreshToken: async () => "kept for ever",
  });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function granted(who: Principal, scope: string): Promise<string> {
  const { user: name, password } = passes.make(who, "geo/map");
  const wish = { service: "registry", scopes: parseScopes([scope]), offline: true, client: "job" };
  const answer = await tokens.issue({ ...wish, login: { user: name, password } });
  expect(answer.refresh).toBeUndefined();
  expect(signer.check(answer.token, clock)?.sub).toBe(who.user);
  return answer.scope;
}

describe("a pass", () => {
  test("is for reading its own repository, whatever the person may do besides", async () => {
    expect(await granted(person("anna", 5), "repository:geo/map:pull,push,delete")).toBe("repository:geo/map:pull");
    expect(await granted(person("anna", 5), "repository:geo/map:push")).toBe("");
    expect(await granted(person("anna", 5), "repository:geo/other:pull")).toBe("");
    expect(await granted(person("root", 0), "registry:catalog:*")).toBe("");
  });

  test("gives nobody more than he may, by his groups and his token of that moment", async () => {
    expect(await granted(person("eve", 6), "repository:geo/map:pull")).toBe("");
    expect(await granted(person("gina", 7), "repository:geo/map:pull")).toBe("repository:geo/map:pull");
    expect(await granted(person("root", 0), "repository:geo/map:pull")).toBe("repository:geo/map:pull");
    expect(await granted(person("root", 0, ["pull"]), "repository:geo/map:pull")).toBe("");
    teams = [];
    expect(await granted(person("anna", 5), "repository:geo/map:pull")).toBe("");
    teams = [GEO];
  });

  test("is no token of the registry, no other's token is a pass, and its time ends", async () => {
    const { password } = passes.make(person("anna", 5), "geo/map");
    expect(signer.check(password, clock)?.aud).not.toBe("registry");
    expect(passes.read(tokens.own([{ type: "repository", name: "geo/map", actions: ["pull"] }]))).toBeUndefined();
    expect(passes.read(`${password.slice(0, -4)}AAAA`)).toBeUndefined();
    expect(passes.read("")).toBeUndefined();
    expect(passes.read(password)).toMatchObject({ who: { user: "anna", uid: 5 }, repository: "geo/map" });
    clock += 7 * 3600;
    expect(passes.read(password)).toBeUndefined();
  });
});
