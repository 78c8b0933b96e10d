import { readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasRegistry, scratchDir, startRegistry } from "../../../tests/support/registry.ts";
import { silent } from "../../base/log.ts";
import { removeLogin, storeLogin } from "./auth-file-edit.ts";
import { checkLogin, listLogins, parseRegistryUri, requireLogin, requireUser } from "./login.ts";

let dir: string;
beforeEach(async () => {
  dir = await scratchDir("login");
});
afterEach(() => rm(dir, { recursive: true }));

describe("naming a registry", () => {
  test.each([
    ["docker://r.example:5000", "r.example:5000"],
    ["oras://R.Example/", "r.example"],
    ["docker://index.docker.io", "docker.io"],
    ["docker://[::1]:5000", "[::1]:5000"],
  ])("%s is %s", (uri, host) => expect(parseRegistryUri(uri)).toBe(host));

  test.each(["r.example", "https://r.example", "docker://", "docker://r/x"])("%s is refused", (uri) => {
    expect(() => parseRegistryUri(uri)).toThrow(expect.objectContaining({ code: "E_LOGIN_URI", exit: 255 }));
  });

  test("logins that a header cannot carry are refused", () => {
    expect(() => requireUser(undefined)).toThrow("Docker/OCI registry requires a username");
    expect(() => requireUser("a:b")).toThrow("requires a username");
    expect(() => requireLogin("u", "")).toThrow("no password given");
    expect(() => requireLogin("u", "a\nb")).toThrow("line end");
  });
});

describe("keeping logins", () => {
  test("one file, mode 0600, everything else in it as it was, Docker's key for the hub", async () => {
    const path = join(dir, "new/auth.json");
    await storeLogin(path, "docker.io", { username: "u", password: "p" });
    await storeLogin(path, "r:5000", { username: "u", password: "p", insecure: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8")).auths["https://index.docker.io/v1/"]).toEqual({ auth: "dTpw" });
    expect(await listLogins(path)).toEqual([
      { uri: "docker://docker.io", secure: true },
      { uri: "docker://r:5000", secure: false },
    ]);
    expect(await removeLogin(path, "docker.io")).toBe(true);
    expect(await removeLogin(path, "docker.io")).toBe(false);
  });

  test("unknown keys stay, older spellings of the registry go, a linked file stays linked", async () => {
    const real = join(dir, "real.json");
    await writeFile(
      real,
      JSON.stringify({ psFormat: "x", auths: { "https://r/v1/": { auth: "old" }, s: { auth: "s" } } }),
    );
    const link = join(dir, "link.json");
    await symlink(real, link);
    await storeLogin(link, "r", { username: "u", password: "p" });
    expect(JSON.parse(await readFile(real, "utf8"))).toEqual({
      psFormat: "x",
      auths: { r: { auth: "dTpw" }, s: { auth: "s" } },
    });
  });

  test("a file that cannot be read is not written over", async () => {
    const path = join(dir, "bad.json");
    await writeFile(path, "not json");
    await expect(storeLogin(path, "r", { username: "u", password: "p" })).rejects.toMatchObject({
      code: "E_AUTHFILE_INVALID",
    });
    expect(await readFile(path, "utf8")).toBe("not json");
  });

  test("a missing file lists nothing", async () => expect(await listLogins(join(dir, "nope"))).toEqual([]));
});

describe.skipIf(!hasRegistry)("checking a login with a real registry (skipped without docker-registry)", () => {
  const options = { env: {}, certDirs: [], log: silent, retry: { retries: 0 } };
  test.each([
    ["Basic", { basic: { username: "u1", password: "p1" } }],
    ["a token server", { token: { users: { u1: "p1" } } }],
  ])("by %s: the right password passes, a wrong one is refused", async (_, setup) => {
    const registry = await startRegistry(setup);
    try {
      await checkLogin(registry.host, { username: "u1", password: "p1" }, options);
      const wrong = checkLogin(registry.host, { username: "u1", password: "no" }, options);
      await expect(wrong).rejects.toMatchObject({ code: "E_AUTH_REFUSED" });
    } finally {
      await registry.stop();
    }
  });

  test("a registry that asks for nothing is warned of", async () => {
    const registry = await startRegistry();
    const said: string[] = [];
    const log = { ...silent, warn: (text: string) => void said.push(text) };
    await checkLogin(registry.host, { username: "u", password: "p" }, { ...options, log });
    expect(said.join()).toContain("could not be checked");
    await registry.stop();
  });
});
