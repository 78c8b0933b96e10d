import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasMunge, startMunge, type TestMunge } from "../../../tests/support/munge.ts";
import type { SystemConfig } from "../../site/gateway-config.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { type Authenticator, makeAuthenticator, type SentCredential } from "./authenticate.ts";
import { openMunge } from "./munge.ts";
import type { NameService } from "./name-service.ts";
import { writeRegistryLogins } from "./registry-logins.ts";
import { type TokenBook, tokenBook } from "./tokens.ts";

const NAMES: NameService = {
  account: async (uid) => (uid === 500 ? { name: "alice", uid, gid: 50 } : undefined),
  accountNamed: async (name) => (name === "alice" ? { name, uid: 500, gid: 50 } : undefined),
  groupName: async (gid) => (gid === 50 ? "staff" : undefined),
  groupNumber: async (name) => (name === "staff" ? 50 : undefined),
  groups: async (_uid, gid) => [gid, 60],
};

let store: Store;
let tokens: TokenBook;
beforeEach(async () => {
  store = await openMemoryStore(() => 1000);
  tokens = tokenBook(store);
});
afterEach(() => store.close());

function authenticator(authentication: "munge" | "mock", sockets: Readonly<Record<string, string | undefined>> = {}) {
  const systems = new Map(Object.entries(sockets).map(([name, socket]) => [name, systemOf(name, socket)]));
  const config = { systems, authentication, defaultSystem: undefined };
  const authenticate = makeAuthenticator({ config, munge: openMunge, names: NAMES, tokens });
  return (sent: Partial<SentCredential>): ReturnType<Authenticator> =>
    authenticate({ authentication: undefined, authorization: undefined, system: undefined, ...sent });
}

function systemOf(name: string, mungeSocket: string | undefined): SystemConfig {
  return {
    ...{ name, mungeSocket, admins: ["root", "alice"], operators: ["oper"], format: "squashfs", converterOptions: {} },
    ...{ platform: "linux/amd64", transfer: { kind: "local", imageDir: "/nonexistent" } },
  };
}

describe("whoever sends nothing", () => {
  test("is nobody in particular", async () => {
    expect(await authenticator("munge")({})).toBeUndefined();
    expect(await authenticator("mock")({})).toBeUndefined();
  });
});

describe("a mock credential", () => {
  test.each([
    ["good:alice:staff", { uid: 500, gid: 50, user: "alice", group: "staff" }],
    ["good:alice:staff::7:8", { uid: 7, gid: 8, user: "alice", group: "staff" }],
    ["good:stranger:strangers", { uid: 65534, gid: 65534, user: "stranger" }],
  ])("%s is believed where the configuration says so", async (authentication, expected) => {
    expect(await authenticator("mock")({ authentication })).toMatchObject({ ...expected, via: "mock" });
  });

  test("brings a login for registries, its colons encoded", async () => {
    const who = await authenticator("mock")({ authentication: "good:alice:staff:al%3Apass%3Aword:500:50" });
    expect(who?.registries).toEqual(new Map([["default", { user: "al", password: "pass:word" }]]));
  });

  test.each(["bad:alice:staff", "good:alice", "good::staff", "good:a:b:c:1", "good:a:b:c:x:1", "", "good:a:b:c:1:2:3"])(
    "%s is refused",
    async (authentication) => {
      const asked = authenticator("mock")({ authentication });
      await expect(asked).rejects.toMatchObject({ code: "E_AUTH_FORM", http: 401 });
    },
  );

  test("is refused everywhere else", async () => {
    const asked = authenticator("munge", { cluster: "/nonexistent" })({ authentication: "good:root:root::0:0" });
    await expect(asked).rejects.toMatchObject({ code: "E_AUTH_INVALID", http: 401 });
  });
});

describe("a token", () => {
  test.each([
    ["as Bearer", (secret: string) => ({ authorization: `Bearer ${secret}` })],
    ["as the password of a Basic login", (secret: string) => ({ authorization: `Basic ${btoa(`alice:${secret}`)}` })],
    ["in Shifter's header", (secret: string) => ({ authentication: secret })],
  ])("counts %s", async (_name, sent) => {
    const { secret } = await tokens.make(wish());
    expect(await authenticator("munge")(sent(secret))).toMatchObject({ uid: 500, group: "staff", via: "token" });
  });

  test.each(["Bearer x", "Bearer", "Digest x", "Basic !!!", "", "Bearer a b"])(
    "%s is refused",
    async (authorization) => {
      await expect(authenticator("munge")({ authorization })).rejects.toMatchObject({ http: 401 });
    },
  );

  const wish = () => ({ name: "ci", uid: 500, gid: 50, user: "alice", scopes: ["read"] as const, expires: null });
});

describe.skipIf(!hasMunge)("a munge credential (skipped where munge is not installed)", () => {
  let cluster: TestMunge;
  let other: TestMunge;
  beforeAll(async () => {
    [cluster, other] = await Promise.all([startMunge(), startMunge()]);
  });
  afterAll(async () => {
    await Promise.all([cluster?.stop(), other?.stop()]);
  });

  test("names a person, and a person without a name by the number", async () => {
    const ask = authenticator("munge", { cluster: cluster.socket });
    const who = await ask({ authentication: cluster.munge(), system: "cluster" });
    const uid = process.getuid?.();
    expect(who).toMatchObject({ uid, user: String(uid), via: "munge" });
    expect(who?.scopes).toBeUndefined();
    expect(await who?.groups()).toEqual([process.getgid?.(), 60]);
  });

  test("brings logins for registries, colons and all; anything else in it is none", async () => {
    const ask = authenticator("munge", { cluster: cluster.socket });
    const logins = new Map([
      ["default", { user: "alice", password: "a:b:c" }],
      ["site.example", { user: "al", password: "" }],
    ]);
    const sent = await ask({ authentication: cluster.munge("-s", writeRegistryLogins(logins)) });
    expect(sent?.registries).toEqual(logins);
    for (const payload of [
      "x",
      "[]",
      "null",
      '{"authorized_locations":[]}',
      '{"authorized_locations":{"a":1,"b":"c"}}',
    ])
      expect((await ask({ authentication: cluster.munge("-s", payload) }))?.registries.size).toBe(0);
  });

  test("counts on the system whose munge made it, and on no other", async () => {
    const ask = authenticator("munge", { cluster: cluster.socket, other: other.socket });
    await ask({ authentication: other.munge(), system: "other" });
    const asked = ask({ authentication: other.munge(), system: "cluster" });
    await expect(asked).rejects.toMatchObject({ code: "E_AUTH_INVALID" });
  });

  test("of any system counts where none is named", async () => {
    const ask = authenticator("munge", { cluster: cluster.socket, other: other.socket });
    for (const munged of [cluster, other]) expect((await ask({ authentication: munged.munge() }))?.via).toBe("munge");
    const used = cluster.munge();
    await ask({ authentication: used });
    await expect(ask({ authentication: used })).rejects.toMatchObject({ code: "E_AUTH_REPLAYED" });
  });

  test("counts as the password of a Basic login too", async () => {
    const ask = authenticator("munge", { cluster: cluster.socket });
    const authorization = `Basic ${btoa(`anybody:${cluster.munge()}`)}`;
    expect((await ask({ authorization }))?.uid).toBe(process.getuid?.());
  });

  test("cannot be checked on a system without munge", async () => {
    const ask = authenticator("munge", { cluster: cluster.socket, laptop: undefined });
    const asked = ask({ authentication: cluster.munge(), system: "laptop" });
    await expect(asked).rejects.toMatchObject({ code: "E_AUTH_NO_SOCKET", http: 401 });
  });
});
