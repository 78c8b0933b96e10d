// `shifterimg login` with a real munged and a registry that asks for a login: what is kept, and what of it counts later.

import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent, unwatched } from "../../src/base/log.ts";
import type { Context } from "../../src/cli/context.ts";
import { credentialHeaders } from "../../src/cli/gateway/credential.ts";
import { readArguments } from "../../src/cli/shifterimg/arguments.ts";
import { type Call, keptLogins } from "../../src/cli/shifterimg/desk.ts";
import { keepLogin } from "../../src/cli/shifterimg/login.ts";
import { loginFile, readLogins } from "../../src/cli/shifterimg/login-file.ts";
import { type GatedRegistry, openGatedRegistry, REGISTRY_LOGIN } from "../../src/demo/gateway-registry.ts";
import { decodeMunge, encodeMunge } from "../../src/gateway/auth/munge.ts";
import type { ClientConfig } from "../../src/site/server-config.ts";
import { hasMunge, startMunge, type TestMunge } from "../support/munge.ts";

const { user: username, password } = REGISTRY_LOGIN;

describe.skipIf(!hasMunge)(`a login of shifterimg${hasMunge ? "" : " [needs munge]"}`, () => {
  let munge: TestMunge;
  let registry: GatedRegistry;
  let home: string;

  beforeAll(async () => {
    munge = await startMunge();
    home = await mkdtemp(join(tmpdir(), "berth-login-"));
    registry = await openGatedRegistry(join(home, "no-layout"));
  });
  afterAll(async () => {
    await registry?.close();
    await munge?.stop();
    if (home) await rm(home, { recursive: true, force: true });
  });

  const signal = AbortSignal.timeout(60_000);
  const context = (): Context => ({
    env: { HOME: home },
    user: { uid: process.getuid?.() ?? 0, gid: 0, name: "me", home, shell: "/bin/sh" },
    log: silent,
    verbosity: { level: "normal", color: false },
    progress: async () => unwatched,
    signal,
  });
  const config = (): ClientConfig => ({
    ...{ gateways: [], system: "cluster", timeoutMs: 0, imageType: "docker" },
    mungeSocket: munge.socket,
  });
  const call = (...words: readonly string[]): Call => {
    const args = readArguments(["login", ...words]);
    if (typeof args === "string") throw new Error("no mode");
    return { args, context: context(), config: config(), system: "cluster", logins: new Map(), print() {} };
  };

  test("is kept when the registry takes it, for this user's eyes only", async () => {
    const location = new URL(registry.url).host;
    await keepLogin(call(), location, { username, password });
    await keepLogin(call("--no-check"), "default", { username: "a", password: "b" });
    const path = loginFile(home);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, ".udiRoot"))).mode & 0o777).toBe(0o700);
    const text = await readFile(path, "utf8");
    expect(text).toMatch(/^cluster:127\.0\.0\.1:\d+=MUNGE:\S+:\ncluster:default=MUNGE:\S+:\n$/);
    expect(text).not.toContain(password);
    const made = await decodeMunge(munge.socket, (await readLogins(path))[0]?.credential ?? "", { anyAge: true });
    expect(made.payload.toString()).toBe(`${username}:${password}`);
  });

  test("is not kept when the registry refuses it", async () => {
    const before = await readFile(loginFile(home), "utf8");
    const location = new URL(registry.url).host;
    await expect(keepLogin(call(), location, { username, password: "wrong" })).rejects.toMatchObject({
      code: "E_AUTH_REFUSED",
    });
    expect(await readFile(loginFile(home), "utf8")).toBe(before);
  });

  test("takes the place of an earlier one, and is kept unchecked where its registry cannot be reached", async () => {
    await keepLogin(call(), "127.0.0.1:1", { username: "x", password: "1" });
    await keepLogin(call(), "127.0.0.1:1", { username: "x", password: "2" });
    const places = (await readLogins(loginFile(home))).map(({ location }) => location);
    expect(places.filter((location) => location === "127.0.0.1:1")).toHaveLength(1);
    expect((await keptLogins(context(), config(), "cluster")).get("127.0.0.1:1")?.password).toBe("2");
  });

  test("goes with each request inside a credential, however often it was read", async () => {
    for (let times = 0; times < 2; times++) {
      const logins = await keptLogins(context(), config(), "cluster");
      const options = { env: {}, mungeSocket: munge.socket, logins, optional: false, signal };
      const { authentication = "" } = await credentialHeaders(options);
      const { payload } = await decodeMunge(munge.socket, authentication);
      expect(JSON.parse(payload.toString()).authorized_locations).toMatchObject({ default: "a:b" });
    }
    expect((await keptLogins(context(), config(), "elsewhere")).size).toBe(0);
  });

  test("does not count when it is damaged or somebody else's", async () => {
    const other = await mkdtemp(join(tmpdir(), "berth-login-other-"));
    const credential = await encodeMunge(munge.socket, "eve:secret");
    const path = loginFile(other);
    const mine = { ...context(), user: { ...context().user, home: other, uid: 54321 } };
    await mkdir(join(other, ".udiRoot"));
    await writeFile(path, `cluster:default=${credential}\ncluster:x=MUNGE:junk:\n`);
    expect((await keptLogins(mine, config(), "cluster")).size).toBe(0);
    await rm(other, { recursive: true });
  });

  test("needs no credential for public images where munge is away, but for everything else", async () => {
    const away = { env: {}, mungeSocket: join(home, "none"), logins: new Map(), signal };
    expect(await credentialHeaders({ ...away, optional: true })).toEqual({});
    await expect(credentialHeaders({ ...away, optional: false })).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE" });
  });
});
