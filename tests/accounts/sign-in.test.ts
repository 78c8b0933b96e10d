// Signing in as a browser does it: at a real provider, with passwords of a real slapd, with tokens; sessions and their end.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Accounts, makeAccounts } from "../../src/accounts/index.ts";
import { openOidc } from "../../src/accounts/oidc.ts";
import type { NameService } from "../../src/gateway/auth/name-service.ts";
import { type TokenBook, tokenBook } from "../../src/gateway/auth/tokens.ts";
import { findings } from "../../src/site/findings.ts";
import { resolveAccounts } from "../../src/site/services/accounts.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import { signInAt, startProvider, type TestProvider } from "../support/oidc.ts";
import { hasSlapd, SUFFIX, startSlapd, type TestSlapd } from "../support/slapd.ts";

const PEOPLE = new Map([
  ["fred", 501],
  ["wilma", 502],
]);
const account = (name: string, uid: number) => ({ name, uid, gid: 500 });
// The accounts of a machine: what getent and id would say.
const NAMES: NameService = {
  account: async (uid) => [...PEOPLE].flatMap(([name, known]) => (known === uid ? [account(name, uid)] : []))[0],
  async accountNamed(name) {
    const uid = PEOPLE.get(name);
    return uid === undefined ? undefined : account(name, uid);
  },
  groupName: async (gid) => (gid === 500 ? "bedrock" : undefined),
  groupNumber: async (name) => (name === "bedrock" ? 500 : undefined),
  groups: async (_uid, gid) => [gid, 777],
};

const FRED = `
dn: uid=fred,${SUFFIX}
objectClass: account
objectClass: posixAccount
uid: fred
cn: fred
uidNumber: 501
gidNumber: 500
homeDirectory: /
userPassword: yabba dabba
`;
const PUBLIC = "http://berth.test";

let folder: string;
let slapd: TestSlapd | undefined;
let provider: TestProvider;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-oidc-"));
  slapd = hasSlapd ? await startSlapd(FRED) : undefined;
  provider = await startProvider({ id: "berth", secret: "s", redirect: `${PUBLIC}/v2/session/oidc/callback` });
});
afterAll(async () => {
  await slapd?.stop();
  await provider.stop();
  await rm(folder, { recursive: true });
});

let store: Store;
let now: number;
let tokens: TokenBook;
let accounts: Accounts;
let app: FastifyInstance;
beforeEach(async () => {
  now = 1_800_000_000;
  store = await openMemoryStore(() => now);
  tokens = tokenBook(store);
  const found = findings();
  const config = resolveAccounts(
    {
      publicUrl: PUBLIC,
      admins: ["wilma"],
      operators: ["@bedrock"],
      sessionLifetime: "12h",
      sessionIdle: "2h",
      oidc: { issuer: provider.issuer, clientId: "berth", name: "Sign in at Bedrock" },
      ...(slapd ? { ldap: { url: slapd.url, peopleBase: SUFFIX } } : {}),
    },
    { path: ["services", "accounts"], at: (path) => path, found },
  );
  expect(found.problems).toEqual([]);
  const oidc = config.oidc && { ...config.oidc, clientSecretFile: await secretFile() };
  const principal = async () => undefined;
  accounts = makeAccounts({ config: { ...config, oidc }, store, names: NAMES, tokens, principal });
  app = fastify();
  app.setErrorHandler((error: Error & { readonly code?: string; readonly http?: number }, _request, reply) =>
    reply.code(error.http ?? 500).send({ code: error.code, message: error.message }),
  );
  app.post("/in", async (request, reply) => accounts.signIn.signIn(request.body as object, request, reply));
  app.post("/out", async (request, reply) => {
    const { everywhere } = request.query as { readonly everywhere?: string };
    return accounts.signIn.signOut(request, reply, everywhere === "true").then(() => "");
  });
  app.get("/oidc", async (request, reply) => reply.redirect(await accounts.signIn.beginOidc(request, reply)));
  app.get("/v2/session/oidc/callback", async (request, reply) =>
    reply.redirect(await accounts.signIn.endOidc(request, reply)),
  );
  app.get("/me", async (request) => (await accounts.whoIs(request)) ?? { nobody: true });
});
afterEach(async () => {
  await app.close();
  await store.close();
});

async function secretFile(): Promise<string> {
  const file = join(folder, "secret");
  await writeFile(file, "s\n", { mode: 0o600 });
  return file;
}

type Answer = Awaited<ReturnType<FastifyInstance["inject"]>>;
const cookiesOf = (answer: Answer) => answer.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
const me = async (cookie: string, headers = {}) => app.inject({ url: "/me", headers: { cookie, ...headers } });
const signIn = (payload: object, headers = {}) => app.inject({ method: "POST", url: "/in", payload, headers });

describe("a token", () => {
  const make = (expires: number | null = null) =>
    tokens.make({ name: "ci", uid: 501, gid: 500, user: "fred", scopes: ["read"], expires });

  test("begins a session that goes no farther than the token", async () => {
    const { secret } = await make();
    const answer = await signIn({ token: secret });
    expect(answer.json()).toMatchObject({
      who: { user: "fred", uid: 501, groups: ["bedrock"], roles: ["operator", "user"] },
    });
    expect((await me(cookiesOf(answer))).json()).toMatchObject({
      user: "fred",
      via: "token",
      scopes: ["read"],
      csrf: "missing",
    });
  });

  test("ends its sessions when it is revoked, and when it expires", async () => {
    const first = await make();
    const cookie = cookiesOf(await signIn({ token: first.secret }));
    await tokens.revoke(first.token.id);
    expect((await me(cookie)).statusCode).toBe(401);
    const second = await make(now + 60);
    const other = cookiesOf(await signIn({ token: second.secret }));
    now += 61;
    expect((await me(other)).statusCode).toBe(401);
  });

  test("that is none is refused", async () => {
    expect((await signIn({ token: "berth_0123456789abcdef_nonsense" })).statusCode).toBe(401);
  });
});

describe("a session", () => {
  async function begin(): Promise<Answer> {
    const { secret } = await tokens.make({
      name: "t",
      uid: 501,
      gid: 500,
      user: "fred",
      scopes: ["admin"],
      expires: null,
    });
    return signIn({ token: secret });
  }

  test("lies in a cookie that no script sees, and as a hash in the database", async () => {
    const answer = await begin();
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ name: "berth_session", httpOnly: true, sameSite: "Lax", path: "/" });
    const rows = JSON.stringify(await store.db.selectFrom("sessions").selectAll().execute());
    expect(rows).not.toContain(cookie?.value);
  });

  test("is known to make changes only with the word that our pages have", async () => {
    const answer = await begin();
    const { csrf } = answer.json() as { csrf: string };
    const cookie = cookiesOf(answer);
    expect((await me(cookie, { "x-berth-csrf": csrf })).json()).toMatchObject({ csrf: "ok" });
    for (const wrong of ["", "x", csrf.slice(1), `${csrf}x`])
      expect((await me(cookie, { "x-berth-csrf": wrong })).json()).toMatchObject({ csrf: "missing" });
  });

  test("ends by signing out, by doing nothing, and in its time", async () => {
    const cookie = cookiesOf(await begin());
    await app.inject({ method: "POST", url: "/out", headers: { cookie } });
    expect((await me(cookie)).statusCode).toBe(401);
    expect((await accounts.audit.list({ limit: 2 })).items).toMatchObject([
      { who: "fred", action: "session.end", outcome: "ok" },
      { who: "fred", action: "session.begin", outcome: "ok" },
    ]);
    const idle = cookiesOf(await begin());
    now += 2 * 3600 + 1;
    expect((await me(idle)).statusCode).toBe(401);
    const busy = cookiesOf(await begin());
    for (let hour = 0; hour < 12; hour++) {
      now += 3600 - 1;
      expect((await me(busy)).statusCode).toBe(200);
    }
    now += 3600;
    expect((await me(busy)).statusCode).toBe(401);
    await accounts.sessions.sweep();
    expect(await store.db.selectFrom("sessions").selectAll().execute()).toEqual([]);
  });

  test("ends on every machine when somebody signs out everywhere, and nobody else's does", async () => {
    const [mine, lost, wilmas] = await Promise.all(
      [501, 501, 502].map(async (uid) => {
        const user = uid === 501 ? "fred" : "wilma";
        const { secret } = await tokens.make({ name: "ci", uid, gid: 500, user, scopes: ["read"], expires: null });
        return cookiesOf(await signIn({ token: secret }));
      }),
    );
    await app.inject({ method: "POST", url: "/out?everywhere=true", headers: { cookie: mine } });
    expect((await me(mine ?? "")).statusCode).toBe(401);
    expect((await me(lost ?? "")).statusCode).toBe(401);
    expect((await me(wilmas ?? "")).json()).toMatchObject({ user: "wilma" });
  });

  test("ends with the account", async () => {
    const cookie = cookiesOf(await begin());
    PEOPLE.delete("fred");
    const answer = await me(cookie);
    PEOPLE.set("fred", 501);
    expect(answer.statusCode).toBe(401);
  });

  test("of before is ended by a new one", async () => {
    const cookie = cookiesOf(await begin());
    const { secret } = await tokens.make({
      name: "t",
      uid: 502,
      gid: 500,
      user: "wilma",
      scopes: ["admin"],
      expires: null,
    });
    await signIn({ token: secret }, { cookie });
    expect((await me(cookie)).statusCode).toBe(401);
  });

  test.each(["", "x", "A".repeat(43), "berth", "../../etc"])("that is made up (%j) is nobody's", async (value) => {
    expect((await me(`berth_session=${value}`)).statusCode).toBe(401);
  });
});

describe("a provider", () => {
  async function go(
    user: string,
    back = "/ui/stacks?x=1",
  ): Promise<{ readonly answer: Answer; readonly url: string; readonly cookie: string }> {
    const begun = await app.inject({ url: `/oidc?back=${encodeURIComponent(back)}` });
    const url = await signInAt(String(begun.headers.location), provider.issuer, user);
    const cookie = cookiesOf(begun);
    return { answer: await app.inject({ url: url.slice(PUBLIC.length), headers: { cookie } }), url, cookie };
  }

  test("lets somebody in, who comes back to his page", async () => {
    const { answer } = await go("fred");
    expect(answer).toMatchObject({ statusCode: 302 });
    expect(answer.headers.location).toBe("/ui/stacks?x=1");
    expect((await me(cookiesOf(answer))).json()).toMatchObject({ user: "fred", via: "oidc" });
  });

  test.each(["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "ui"])(
    "sends nobody to %s",
    async (back) => expect((await go("fred", back)).answer.headers.location).toBe("/ui/"),
  );

  test("whose guest has no account here is told so", async () => {
    const { answer } = await go("mallory");
    expect(answer).toMatchObject({ statusCode: 403 });
    expect(answer.json()).toMatchObject({ code: "E_ACCOUNTS_NO_ACCOUNT" });
    expect((await accounts.audit.list({ limit: 1 })).items).toMatchObject([
      { who: "mallory", action: "session.begin", outcome: "refused", detail: "oidc: E_ACCOUNTS_NO_ACCOUNT" },
    ]);
  });

  test("whose guests begin and never come back leaves nothing behind", async () => {
    await app.inject({ url: "/oidc" });
    await app.inject({ url: "/oidc" });
    now += 601;
    await app.inject({ url: "/oidc" });
    expect(await store.db.selectFrom("sign_ins").selectAll().execute()).toHaveLength(1);
  });

  test("that did not verify an address does not prove an account by it", async () => {
    const config = { issuer: provider.issuer, clientId: "berth", clientSecretFile: await secretFile(), name: "" };
    const byMail = { ...config, scopes: ["openid", "email"], userClaim: "email", stripDomain: true };
    const oidc = openOidc({ config: byMail, publicUrl: PUBLIC, store });
    const go = async (user: string) => {
      const { url, state } = await oidc.begin("/");
      return oidc.end(new URL(await signInAt(url, provider.issuer, user)).searchParams, state);
    };
    expect(await go("fred")).toEqual({ user: "fred", back: "/" });
    await expect(go("wilma")).rejects.toMatchObject({ code: "E_ACCOUNTS_PROVIDER", message: /was verified/ });
  });

  test("answers to the browser that began, once", async () => {
    const { url, cookie } = await go("fred");
    const again = await app.inject({ url: url.slice(PUBLIC.length), headers: { cookie } });
    expect(again.json()).toMatchObject({ code: "E_ACCOUNTS_PROVIDER" });
    const begun = await app.inject({ url: "/oidc" });
    const mine = await signInAt(String(begun.headers.location), provider.issuer, "fred");
    expect((await app.inject({ url: mine.slice(PUBLIC.length) })).json()).toMatchObject({
      code: "E_ACCOUNTS_PROVIDER",
    });
    const late = await app.inject({ url: "/oidc" });
    const slow = await signInAt(String(late.headers.location), provider.issuer, "fred");
    now += 601;
    const answer = await app.inject({ url: slow.slice(PUBLIC.length), headers: { cookie: cookiesOf(late) } });
    expect(answer.json()).toMatchObject({ code: "E_ACCOUNTS_PROVIDER" });
  });
});

describe.skipIf(!hasSlapd)("a password (skipped, because slapd is not installed, where it says so)", () => {
  test("lets somebody in", async () => {
    const answer = await signIn({ user: "fred", password: "yabba dabba" });
    expect(answer.json()).toMatchObject({ who: { user: "fred", via: "password" } });
  });

  test("that is wrong is refused in the same words as a name that is, and noted without it", async () => {
    const [wrong, unknown] = [
      await signIn({ user: "fred", password: "hunter2" }),
      await signIn({ user: "nobody", password: "hunter2" }),
    ];
    expect(wrong.json()).toMatchObject({ code: "E_ACCOUNTS_WRONG" });
    expect(unknown.json()).toEqual(wrong.json());
    const { items } = await accounts.audit.list({ limit: 10 });
    expect(items).toMatchObject([
      { who: "nobody", outcome: "refused" },
      { who: "fred", outcome: "refused" },
    ]);
    expect(JSON.stringify(items)).not.toContain("hunter2");
  });

  test("cannot be guessed in a hurry", async () => {
    for (let attempt = 0; attempt < 6; attempt++) await signIn({ user: "fred", password: `guess ${attempt}` });
    expect((await signIn({ user: "fred", password: "yabba dabba" })).json()).toMatchObject({
      code: "E_ACCOUNTS_OFTEN",
    });
  });
});
