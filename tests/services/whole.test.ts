// A whole site in processes of its own: names, quotas, configurations that change while it runs, a server that is killed in the
// middle of an upgrade with visitors at the door, and a secret's value looked for in everything that anybody can read.

import { createSocket } from "node:dgram";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import dnsPacket from "dns-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { until } from "./running.ts";
import { type Served, siteOver } from "./served.ts";

const SECRET = "Zq7-a-word-that-nobody-reads-4Wv";
const RECIPE = `name: rover
x-berth: { tags: { owner: www-data } }
services:
  web:
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_grace_period: 1s
    secrets: [word]
    deploy: { replicas: 2, update_config: { parallelism: 1, order: start-first, monitor: 500ms } }
    x-berth:
      routes: [{ host: rover.test, port: 8080 }]
      health: { http: { port: 8080, path: /version } }
  db:
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_grace_period: 1s
    deploy: { update_config: { monitor: 500ms } }
    ports: ["60007:8080"]
secrets:
  word: { external: true, name: web.rover.word }
`;
const ACCOUNTS = "  accounts: { admins: [root] }";

describe.skipIf(!hasDockerd)("a whole site (skipped without root and Debian's docker.io)", () => {
  let engine: TestEngine;
  let site: Served;
  const ids = async () =>
    ((await engine.ask("GET", "/containers/json")).json as readonly { readonly Id: string }[])
      .map(({ Id }) => Id)
      .sort();
  const makeImage = (version: string) =>
    engine.image({
      name: "site/web:1",
      cmd: ["sh", "-c", `echo build ${version}; exec httpd -f -p 8080 -h /www`],
      files: { "www/version": version },
    });

  beforeAll(async () => {
    engine = await startDockerd();
    await makeImage("one");
    site = await siteOver(engine.address);
    await site.configure([ACCOUNTS]);
    await site.start();
    await writeFile(join(site.dir, "compose.yaml"), RECIPE);
  }, 60_000);
  afterAll(async () => {
    await site?.berth("owner", ["stack", "down", "rover"]);
    await site?.remove();
    await engine?.stop();
  }, 60_000);

  test("a stack with a secret comes up; its published port has a name, and its route answers", async () => {
    expect((await site.berth("owner", ["secret", "create", "web.rover.word"], `${SECRET}\n`)).status).toBe(0);
    const up = await site.berth("owner", ["stack", "up", "--yes"]);
    expect(up.status, up.stdout + up.stderr).toBe(0);
    const inside = await site.berth("owner", ["service", "exec", "rover/web", "cat", "/run/secrets/word"]);
    expect(inside.stdout).toBe(SECRET);
    await until("the route answers", async () => (await site.visit("rover.test", "/version")).status === 200);
    await until("the name is known", async () => (await addressOf("db.rover.svc.test")) === "127.0.0.1");
  });

  test("with another configuration quotas, rules and accounts change, and what runs stays", async () => {
    const before = await ids();
    expect((await site.ask("stranger", "GET", "/v2/stacks/rover")).status).toBe(403);
    await site.configure([
      "  accounts: { admins: [root, backup] }",
      "  quotas: { user: { stacks: 1 } }",
      "  policy: { severities: { SVC-08: warning } }",
    ]);
    const rule = async () => {
      const { items } = JSON.parse((await site.ask("owner", "GET", "/v2/policy/rules")).text);
      return items.find((one: { readonly rule: string }) => one.rule === "SVC-08").severity;
    };
    expect(await rule()).toBe("error");
    await site.signal("SIGHUP");
    await until("the new rules count", async () => (await rule()) === "warning");
    expect((await site.ask("stranger", "GET", "/v2/stacks/rover")).status).toBe(200);
    const text = RECIPE.replaceAll("rover", "second").replaceAll(/^ +(secrets: \[word\]|ports: .*)\n/gm, "");
    const files = [{ name: "a.yaml", text: text.replace(/^secrets:\n.*\n/m, "") }];
    const wish = { name: "second", compose: ["a.yaml"], files };
    const plan = JSON.parse((await site.ask("owner", "POST", "/v2/stacks/propose", wish)).text);
    expect(plan.allowed).toBe(false);
    expect(plan.notes).toContainEqual(
      expect.objectContaining({
        severity: "error",
        message: expect.stringMatching(/would have 2 stacks; the limit is 1/),
      }),
    );
    const refused = await site.ask("owner", "POST", "/v2/stacks", wish);
    expect(refused.status, refused.text).toBe(403);
    expect(JSON.parse(refused.text).detail).toMatch(/stack/);
    expect(await ids()).toEqual(before);
    expect((await site.visit("rover.test", "/version")).status).toBe(200);
    await site.configure([ACCOUNTS, "  quotas: { user: { stackz: 1 } }"]);
    await site.signal("SIGHUP");
    await until("the mistake is told", () => site.log().includes("stackz"));
    expect((await site.ask("stranger", "GET", "/v2/stacks/rover")).status).toBe(200);
    await site.configure([ACCOUNTS]);
  });

  test("killed in the middle of an upgrade it loses no visitor, and the next server ends it", async () => {
    await makeImage("two");
    const visits: string[] = [];
    let over = false;
    const visitor = async () => {
      while (!over) {
        const { status, text } = await site.visit("rover.test", "/version");
        visits.push(`${status} ${text}`);
      }
    };
    const visitors = Promise.all([visitor(), visitor()]);
    const before = await ids();
    const begun = await site.ask("owner", "POST", "/v2/stacks/rover/upgrade", { pull: "missing" });
    expect(begun.status, begun.text).toBe(200);
    await until("the upgrade is on its way", async () => (await ids()).some((id) => !before.includes(id)));
    await site.signal("SIGKILL");
    await site.start();
    const operation = `/v2/stacks/rover/operations/${JSON.parse(begun.text).id}`;
    const state = async () => JSON.parse((await site.ask("owner", "GET", operation)).text).state;
    await until("it is over", async () => (await state()) !== "under way", 40);
    expect(await state()).toBe("done");
    await until("visitors see the new one", () => visits.slice(-5).every((visit) => visit === "200 two"));
    over = true;
    await visitors;
    expect(visits.filter((visit) => !/^200 (one|two)$/.test(visit))).toEqual([]);
    expect((await ids()).length).toBe(before.length);
  });

  test("what replaced containers said is still found, and one service goes back alone", async () => {
    await until("both builds are found", async () => {
      const { stdout } = await site.berth("owner", ["stack", "search", "build"]);
      return stdout.includes("build one") && stdout.includes("build two");
    });
    const back = await site.berth("owner", ["service", "rollback", "rover/web"]);
    expect(back.status, back.stderr).toBe(0);
    const { stdout } = await site.berth("owner", ["service", "exec", "rover/web", "cat", "/www/version"]);
    const other = await site.berth("owner", ["service", "exec", "rover/db", "cat", "/www/version"]);
    expect([stdout, other.stdout]).toEqual(["one", "two"]);
  });

  test("the secret's value is in nothing that anybody can read", async () => {
    const read = new Map<string, string>();
    const stack = "/v2/stacks/rover";
    const paths = ["", "/files", "/export", "/deployments", "/operations", "/events", "/logs", "/usage", "/webhooks"];
    const more = [
      "/v2/stacks",
      "/v2/secrets",
      "/v2/secrets/web.rover.word",
      "/v2/service-audit",
      "/v2/routes",
      "/metrics",
    ];
    for (const path of [...paths.map((part) => stack + part), ...more])
      for (const who of ["owner", "admin"] as const)
        read.set(`${who} ${path}`, (await site.ask(who, "GET", path)).text);
    for (const id of await ids())
      read.set(`inspect ${id}`, JSON.stringify((await engine.ask("GET", `/containers/${id}/json`)).json));
    for (const image of (await engine.ask("GET", "/images/json")).json as readonly { readonly Id: string }[])
      read.set(`image ${image.Id}`, JSON.stringify((await engine.ask("GET", `/images/${image.Id}/json`)).json));
    read.set("log", site.log());
    read.set("dockerd", engine.log());
    for (const name of await readdir(join(site.dir, "state"), { recursive: true, withFileTypes: true }))
      if (name.isFile()) read.set(name.name, await readFile(join(name.parentPath, name.name), "latin1"));
    for (const pid of await readdir("/proc"))
      for (const part of /^\d+$/.test(pid) && Number(pid) !== process.pid ? ["cmdline", "environ"] : [])
        read.set(`${pid} ${part}`, await readFile(`/proc/${pid}/${part}`, "latin1").catch(() => ""));
    const forms = [
      SECRET,
      Buffer.from(SECRET).toString("base64").replace(/=+$/, ""),
      Buffer.from(SECRET).toString("hex"),
    ];
    expect([...read].filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name)).toEqual([]);
    expect([...read.keys()].filter((name) => name.startsWith("berth.db"))).not.toEqual([]);
    expect(read.get("owner /v2/secrets")).toContain("web.rover.word");
  });

  function addressOf(name: string): Promise<string | undefined> {
    const socket = createSocket("udp4");
    const question: dnsPacket.Packet = { type: "query", id: 7, questions: [{ type: "A", name }] };
    return new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), 500);
      socket.on("message", (message) => {
        clearTimeout(timer);
        const answer = dnsPacket.decode(message).answers?.find(({ type }) => type === "A");
        resolve(answer?.type === "A" ? answer.data : undefined);
      });
      socket.send(dnsPacket.encode(question), site.dnsPort, "127.0.0.1");
    }).finally(() => socket.close());
  }
});
