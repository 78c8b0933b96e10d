import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scratchDir } from "../../../tests/support/registry.ts";
import { type Log, silent } from "../../base/log.ts";
import type { Environment } from "../../platform/user.ts";
import { helperFor, keyName, parseAuthFile, storedLogin } from "./auth-file.ts";
import { askHelper } from "./credential-helper.ts";
import { type CredentialOptions, credentialSource } from "./credentials.ts";

const packed = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
const auths = (entries: object) => ({ auths: entries });

let home: string;
let said: string[];
beforeEach(async () => {
  home = await scratchDir("logins");
  said = [];
});
afterEach(() => rm(home, { recursive: true }));

async function put(path: string, content: object | string): Promise<string> {
  const full = join(home, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, typeof content === "string" ? content : JSON.stringify(content));
  return full;
}

async function helper(name: string, script: string): Promise<void> {
  await chmod(await put(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

function source(env: Environment = {}, more: Partial<CredentialOptions> = {}) {
  const user = { uid: 4242, gid: 4242, name: "u", home, shell: "/bin/sh" };
  const log: Log = { ...silent, warn: (text) => void said.push(text) };
  return credentialSource({ env: { HOME: home, PATH: `${home}/bin:/usr/bin:/bin`, ...env }, user, log, ...more });
}

async function who(registry: string, env: Environment = {}, more: Partial<CredentialOptions> = {}, named = true) {
  const found = await source(env, more)(registry, "team/tool", { named });
  return found?.kind === "password" ? `${found.username}:${found.password}` : found && `${found.kind} ${found.token}`;
}

describe("the order in which logins are looked for", () => {
  test("call, environment, --authfile, own file, podman's, Docker's", async () => {
    const file = (name: string) => auths({ "r.example": packed(`${name}:x`) });
    expect(await who("r.example")).toBeUndefined();
    await put(".docker/config.json", file("docker"));
    expect(await who("r.example")).toBe("docker:x");
    await put(".config/containers/auth.json", file("podman"));
    expect(await who("r.example")).toBe("podman:x");
    await put("run/containers/auth.json", file("session"));
    expect(await who("r.example", { XDG_RUNTIME_DIR: join(home, "run") })).toBe("session:x");
    const named = await put("named.json", file("named"));
    expect(await who("r.example", { REGISTRY_AUTH_FILE: named })).toBe("named:x");
    await put(".config/berth/auth.json", file("own"));
    expect(await who("r.example", { REGISTRY_AUTH_FILE: named })).toBe("own:x");
    const authFile = await put("flag.json", file("flag"));
    expect(await who("r.example", {}, { authFile })).toBe("flag:x");
    const env = { DOCKER_USERNAME: "env", DOCKER_PASSWORD: "y" };
    expect(await who("r.example", env, { authFile })).toBe("env:y");
    expect(await who("r.example", env, { login: { username: "call", password: "z" } })).toBe("call:z");
  });

  test("prefixed variables win, and a name never meets another's password", async () => {
    const plain = { DOCKER_USERNAME: "d", DOCKER_PASSWORD: "1" };
    expect(await who("r", { ...plain, APPTAINER_DOCKER_USERNAME: "a", APPTAINER_DOCKER_PASSWORD: "2" })).toBe("a:2");
    expect(await who("r", { ...plain, BERTH_DOCKER_USERNAME: "b" })).toBe("d:1");
  });

  test("what was said at the call is for the registry named in it only", async () => {
    const env = { DOCKER_USERNAME: "env", DOCKER_PASSWORD: "y" };
    expect(await who("mirror.example", env, { login: { username: "call", password: "z" } }, false)).toBeUndefined();
  });
});

describe("finding the entry in a file", () => {
  const file = (document: object) => {
    const parsed = parseAuthFile("/f", Buffer.from(JSON.stringify(document)));
    if (!parsed) throw new Error("not parsed");
    return parsed;
  };

  test("the longest key that covers the name wins", () => {
    const logins = file(
      auths({ r: packed("a:1"), "r/team": packed("b:2"), "r/team/tool": packed("c:3"), "r/te": packed("d:4") }),
    );
    expect(storedLogin(logins, "r", "team/tool")).toMatchObject({ username: "c" });
    expect(storedLogin(logins, "r", "team/x")).toMatchObject({ username: "b" });
    expect(storedLogin(logins, "r", "teams")).toMatchObject({ username: "a" });
    expect(storedLogin(logins, "r:5000", "team")).toBeUndefined();
    expect(storedLogin(logins, "x.r", "team")).toBeUndefined();
  });

  test.each([
    ["https://index.docker.io/v1/", "docker.io"],
    ["index.docker.io", "docker.io"],
    ["https://r.example/v2/", "r.example"],
    ["http://r.example:5000", "r.example:5000"],
    ["R.Example/v1/", "r.example"],
    ["r.example/team", "r.example/team"],
  ])("the key %s means %s", (key, name) => expect(keyName(key)).toBe(name));

  test("identity tokens, bearer tokens, padded passwords, colons in passwords", () => {
    const logins = file(
      auths({
        a: { ...packed("x:"), identitytoken: "id" },
        b: { registrytoken: "rt" },
        c: packed("u:p\0\0"),
        d: packed("u:p:q"),
        e: { username: "n", password: "w" },
        f: {},
        g: packed("nocolon"),
      }),
    );
    const of = (name: string) => storedLogin(logins, name, "");
    expect(of("a")).toMatchObject({ kind: "identity", token: "id" });
    expect(of("b")).toMatchObject({ kind: "bearer", token: "rt" });
    expect(of("c")).toMatchObject({ password: "p" });
    expect(of("d")).toMatchObject({ username: "u", password: "p:q" });
    expect(of("e")).toMatchObject({ username: "n", password: "w" });
    expect(of("f")).toBeUndefined();
    expect(of("g")).toBeUndefined();
  });

  test("a helper of its own before the store for all", () => {
    const logins = file({ credHelpers: { "r.example": "own" }, credsStore: "all" });
    expect(helperFor(logins, "r.example", "x")).toBe("own");
    expect(helperFor(logins, "other", "x")).toBe("all");
  });
});

describe("credential programs", () => {
  test("are asked with the registry's name on standard input; the hub has its old name", async () => {
    await helper(
      "echo",
      `read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"$1\\",\\"Secret\\":\\"$server\\"}"`,
    );
    await put(".docker/config.json", { credsStore: "echo" });
    expect(await who("r.example:5000")).toBe("get:r.example:5000");
    expect(await who("docker.io")).toBe("get:https://index.docker.io/v1/");
  });

  test("may give a refresh token", async () => {
    await helper("tok", `echo '{"Username":"<token>","Secret":"refresh"}'`);
    await put(".docker/config.json", { credHelpers: { r: "tok" } });
    expect(await who("r")).toBe("identity refresh");
  });

  test("that know nothing are passed over in silence, those that fail with a warning", async () => {
    await helper("empty", "echo 'credentials not found in native keychain'; exit 1");
    await helper("locked", "echo 'the key ring is locked'; exit 1");
    const entry = auths({ r: packed("file:x") });
    await put(".docker/config.json", { ...entry, credsStore: "empty" });
    expect(await who("r")).toBe("file:x");
    expect(said).toEqual([]);
    for (const [store, why] of [
      ["locked", "the key ring is locked"],
      ["gone", "not installed"],
      ["../x", "malformed"],
    ] as const) {
      said = [];
      await put(".docker/config.json", { ...entry, credsStore: store });
      expect(await who("r")).toBe("file:x");
      expect(said.join()).toContain(why);
    }
  });

  test("that send a character in two pieces are understood", async () => {
    await helper("slow", `printf '{"Username":"u","Secret":"sch\\303'; sleep 0.3; printf '\\266n"}'`);
    const outcome = await askHelper("slow", "r", { env: { PATH: `${home}/bin:/usr/bin:/bin` } });
    expect(outcome).toMatchObject({ kind: "found", credential: { password: "schön" } });
  });

  test("that hang, flood, or are told to stop, are ended", async () => {
    const env = { PATH: `${home}/bin:/usr/bin:/bin` };
    await helper("hang", "exec sleep 60");
    await helper("flood", "exec yes");
    expect(await askHelper("hang", "r", { env, timeout: 50 })).toMatchObject({ why: "it did not answer in time" });
    expect(await askHelper("flood", "r", { env })).toMatchObject({ kind: "failed", why: "its answer is too long" });
    await expect(askHelper("hang", "r", { env, signal: AbortSignal.timeout(50) })).rejects.toBeDefined();
  });
});

describe("files that are not as they should be", () => {
  test("an --authfile that is missing, and one that is no JSON, are errors; another's file is a warning", async () => {
    await expect(who("r", {}, { authFile: join(home, "nope") })).rejects.toMatchObject({ code: "E_AUTHFILE_READ" });
    const authFile = await put("bad.json", "{");
    await expect(who("r", {}, { authFile })).rejects.toMatchObject({ code: "E_AUTHFILE_INVALID" });
    await put(".docker/config.json", "{");
    expect(await who("r")).toBeUndefined();
    expect(said.join()).toContain("is malformed");
  });

  test("an empty file holds no logins", async () => {
    const authFile = await put("empty.json", "");
    expect(await who("r", {}, { authFile })).toBeUndefined();
  });
});
