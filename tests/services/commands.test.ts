// The path a person takes with the command line, against a whole server over a real engine: a stack with a secret and a
// route, seen, entered, changed, taken down; and what others may not.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { type Running, startServices, until } from "./running.ts";

const RECIPE = `name: rover
x-berth:
  tags: { owner: www-data }
services:
  web:
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_signal: SIGKILL
    secrets: [word]
    environment: { GREETING: "\${GREETING:-hello}" }
    x-berth:
      routes: [{ host: rover.test, port: 8080 }]
      idle: { after: 1h, action: stop, wake: true }
secrets:
  word: { external: true, name: rover.word }
`;
const SECRET = "a word that nobody reads";

describe.skipIf(!hasDockerd)("stacks by the command line (skipped without root and Debian's docker.io)", () => {
  let engine: TestEngine;
  let run: Running;
  let folder: string;
  let proxyPort: number;

  beforeAll(async () => {
    engine = await startDockerd();
    await engine.image({ name: "site/web:1", cmd: ["httpd", "-f", "-p", "8080", "-h", "/"], expose: ["8080/tcp"] });
    proxyPort = await freePort();
    run = await startServices(engine.address, [
      `  proxy: { http: none, https: "127.0.0.1:${proxyPort}", processes: 1, endWithServer: true }`,
    ]);
    folder = join(run.dir, "rover");
    await mkdir(folder);
    await writeFile(join(folder, "compose.yaml"), RECIPE);
    await until("the engine is known", async () => (await run.ask(undefined, "GET", "/readyz")).status === 200);
  }, 60_000);
  afterAll(async () => {
    await run?.stop();
    await engine?.stop();
  }, 60_000);

  test("a secret is kept without its value ever being shown", async () => {
    const made = await run.berth("owner", ["secret", "create", "rover.word"], { input: `${SECRET}\n` });
    expect(made).toMatchObject({ status: 0, stdout: "rover.word is kept\n" });
    const list = await run.berth("owner", ["secret", "list", "--json"]);
    expect(JSON.parse(list.stdout)).toMatchObject([{ name: "rover.word", bytes: SECRET.length, version: 1 }]);
    expect((await run.berth("stranger", ["secret", "list", "--json"])).stdout).toBe("[]\n");
    expect((await run.berth("stranger", ["secret", "show", "rover.word"])).stderr).toContain("or it is not yours");
  });

  test("up shows what is found and planned, does it, and waits", async () => {
    const up = await run.berth("owner", ["stack", "up", "--var", "GREETING=ahoy"], { cwd: folder });
    expect(up.status, up.stdout + up.stderr).toBe(0);
    expect(up.stderr).toMatch(/compose\.yaml:\d+:\d+: .*\n/);
    expect(up.stderr).toMatch(/plan:\n(?:.*\n)*\s+create\s+web: rover-web/);
    expect(up.stdout).toMatch(/^rover: .*deployment 1/);
    const list = await run.berth("owner", ["stack", "list"]);
    expect(list.stdout).toMatch(/rover\s+running\s+1\/1\s+www-data/);
  });

  test("a program in a container has its secret, its exit status is ours, and the audit log knows", async () => {
    const word = await run.berth("owner", ["stack", "exec", "rover", "web", "cat", "/run/secrets/word"]);
    expect(word).toMatchObject({ status: 0, stdout: SECRET });
    const said = await run.berth("owner", ["service", "exec", "rover/web", "sh", "-c", "echo $GREETING; cat; exit 7"], {
      input: "typed",
    });
    expect(said).toMatchObject({ status: 7, stdout: "ahoy\ntyped" });
    const nothing = await run.berth("owner", ["service", "exec", "rover/web", "cat"], { input: null });
    expect(nothing).toEqual({ status: 0, stdout: "", stderr: "" });
    const dashed = await run.berth("owner", ["service", "exec", "rover/web", "--", "cat"], { input: "file" });
    expect(dashed).toMatchObject({ status: 0, stdout: "file" });
    const strange = await run.berth("stranger", ["stack", "exec", "rover", "web", "id"]);
    expect(strange.stderr).toContain("you don't own stack rover");
    const { body } = await run.ask("admin", "GET", "/v2/service-audit?action=service.exec");
    expect(body.items).toMatchObject([
      { who: "backup", outcome: "refused" },
      { who: "www-data", outcome: "ok", detail: "cat" },
      { who: "www-data", outcome: "ok", detail: "cat" },
      { who: "www-data", outcome: "ok" },
      { who: "www-data", outcome: "ok", detail: "cat /run/secrets/word" },
    ]);
  });

  test("its route answers, and the list of routes says so", async () => {
    await until("the route answers", async () => (await viaProxy("/etc/hostname")) === 200);
    const routes = await run.berth("owner", ["route", "list", "--json"]);
    expect(JSON.parse(routes.stdout)).toMatchObject([{ url: "https://rover.test/", service: "web", state: "ready" }]);
    expect((await run.berth("stranger", ["route", "list", "--json"])).stdout).toBe("[]\n");
  });

  test("a service is stopped and started", async () => {
    expect((await run.berth("owner", ["service", "stop", "rover/web"])).status).toBe(0);
    expect((await run.berth("owner", ["stack", "show", "rover"])).stdout).toMatch(/web\s+stopped/);
    expect((await run.berth("owner", ["service", "start", "rover/web"])).status).toBe(0);
    await until("the route answers again", async () => (await viaProxy("/etc/hostname")) === 200);
  });

  test("a service that nobody uses falls asleep, and a request wakes it", async () => {
    const napper = join(run.dir, "napper");
    await mkdir(napper);
    const text = RECIPE.replaceAll("rover", "napper")
      .replace("after: 1h", "after: 1s")
      .replace(/^ *secrets:.*\n/gm, "");
    await writeFile(join(napper, "compose.yaml"), text.replace(/^ {2}word:.*\n/m, ""));
    const up = await run.berth("owner", ["stack", "deploy", "--wait"], { cwd: napper });
    expect(up.status, up.stdout + up.stderr).toBe(0);
    const state = async () => (await run.ask("owner", "GET", "/v2/stacks/napper/services/web")).body.state;
    await until("it sleeps", async () => (await state()) === "asleep", 40);
    expect(await viaProxy("/etc/hostname", "napper.test")).toBe(200);
    // Who asks no more finds it asleep again.
    await until(
      "it runs",
      async () => (await viaProxy("/etc/hostname", "napper.test")) === 200 && (await state()) === "running",
    );
    const events = await run.berth("owner", ["stack", "events", "napper"]);
    expect(events.stdout).toMatch(/napper\/web {2}wake: /);
    expect((await run.berth("owner", ["stack", "down", "napper"])).status).toBe(0);
  });

  test("what a recipe would change is shown, and nothing done", async () => {
    const diff = await run.berth("owner", ["stack", "diff", "--var", "GREETING=servus"], { cwd: folder });
    expect(diff.stdout).toMatch(/~ web \(replaced\)\n\s+\/environment\/GREETING: "ahoy" -> "servus"/);
  });

  test("a recipe that a rule forbids is refused with its place, by the server", async () => {
    const bad = join(run.dir, "bad");
    await mkdir(bad);
    await writeFile(join(bad, "compose.yaml"), `${RECIPE}`.replace("cap_drop: [ALL]", "privileged: true"));
    const up = await run.berth("owner", ["stack", "up", "--yes"], { cwd: bad });
    expect(up.status).toBe(1);
    expect(up.stdout).toMatch(/compose\.yaml:\d+:\d+: error SVC-08: .*\n(?:.*\n)*>.*privileged: true/);
    expect(up.stderr).toMatch(/rover is not deployed: .*error/);
  });

  test("nobody takes down what is not his; its owner does, and only its volumes stay", async () => {
    expect(await run.berth("stranger", ["stack", "down", "rover"])).toMatchObject({ status: 1 });
    expect(await run.berth("owner", ["stack", "down", "rover"])).toMatchObject({ status: 0 });
    expect((await run.berth("owner", ["stack", "list", "--json"])).stdout).toBe("[]\n");
    expect((await engine.ask("GET", "/containers/json?all=true")).json).toEqual([]);
  });

  test("the secret's value is in nothing that the server wrote into its log", () => {
    expect(run.log()).not.toContain(SECRET);
    expect(run.log()).not.toContain(Buffer.from(SECRET).toString("base64"));
  });

  test("a server that ends without stacks leaves no folder of secrets", async () => {
    const folders = async () =>
      (await readdir("/run/berth-services")).filter((name) => name.startsWith(`test${process.pid}-`)).length;
    const before = await folders();
    await run.server.stop();
    expect(await folders()).toBe(before - 1);
  });

  function viaProxy(path: string, host = "rover.test"): Promise<number> {
    const to = { port: proxyPort, host: "127.0.0.1", servername: host, rejectUnauthorized: false };
    return new Promise((resolve) => {
      const asked = request({ ...to, path, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on("error", () => resolve(0));
      asked.end();
    });
  }
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
