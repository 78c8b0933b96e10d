// Another configuration for what runs already: hours in which services are kept warm, times of spin-docker's containers. The
// server is told by SIGHUP; nothing is restarted but what the new times end.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { until } from "./running.ts";
import { type Served, siteOver } from "./served.ts";

const hour = (ahead: number) => `${String((new Date().getUTCHours() + ahead) % 24).padStart(2, "0")}:00`;
/** Around now in UTC, and at no hour that it is in Tokyo now. */
const HOURS = `daily ${hour(23)}-${hour(3)}`;
const RECIPE = `x-berth: { tags: { owner: www-data } }
services:
  web:
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_signal: SIGKILL
    deploy: { update_config: { monitor: 100ms } }
    x-berth: { idle: { after: 10s, signals: [check-in], unknown-means: idle, keep-warm: ["${HOURS}"] } }
`;
const spin = (more: string) => `spinDocker: { password: word, ${more} }`;
const ACCOUNTS = "  accounts: { admins: [root] }";

describe.skipIf(!hasDockerd)("a configuration read again (skipped without root and Debian's docker.io)", () => {
  let engine: TestEngine;
  let site: Served;
  const idle = (text: string) => site.configure([ACCOUNTS, `  idle: { ${text} }`]);

  beforeAll(async () => {
    engine = await startDockerd();
    const cmd = ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 8080 -h / & wait"];
    await engine.image({ name: "site/web:1", cmd, expose: ["8080/tcp"] });
    site = await siteOver(engine.address);
    await idle(`timeZone: UTC, ${spin("disableTimeouts: true")}`);
    await site.start();
  }, 60_000);
  afterAll(async () => {
    await site?.remove();
    await engine?.stop();
  }, 60_000);

  const containers = async () =>
    JSON.parse(await spinDocker("GET", "/v1/containers")) as readonly { readonly status: string }[];
  async function spinDocker(method: string, path: string, form?: string): Promise<string> {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const headers = { authorization: `Basic ${btoa("admin:word")}`, ...(form === undefined ? {} : type) };
    const answer = await fetch(site.url + path, { method, headers, ...(form === undefined ? {} : { body: form }) });
    return answer.text();
  }
  async function web() {
    const stack = JSON.parse((await site.ask("owner", "GET", "/v2/stacks/rover")).text);
    return stack.services[0];
  }

  test("puts to sleep what hours in another zone do not keep warm, and wakes nobody else", async () => {
    const wish = { name: "rover", compose: ["a.yaml"], files: [{ name: "a.yaml", text: RECIPE }] };
    const up = await site.ask("owner", "POST", "/v2/stacks", wish);
    expect(up.status, up.text).toBeLessThan(300);
    await until("it is kept warm", async () => (await web()).idle?.activity === "warm");
    const server = site.pid();
    const [container] = (await web()).containers;
    await idle(`timeZone: UTC, reportInterval: 1s, ${spin("disableTimeouts: true")}`);
    await site.signal("SIGHUP");
    await until("the new interval is known", () => site.log().includes("configuration reloaded"));
    expect((await web()).containers[0]).toMatchObject({ id: container.id, status: "running" });
    await idle(`timeZone: Asia/Tokyo, ${spin("disableTimeouts: true")}`);
    await site.signal("SIGHUP");
    await until("it sleeps", async () => (await web()).state === "asleep", 40);
    expect(site.pid()).toBe(server);
  }, 90_000);

  test("looks at containers that ran without a time limit, and stops those that nobody uses", async () => {
    await spinDocker("POST", "/v1/containers", "image=site/web:1");
    await until("it runs", async () => (await containers())[0]?.status === "running");
    const times = (first: string, then: string) => spin(`initialTimeoutInterval: ${first}, timeoutInterval: ${then}`);
    await idle(`timeZone: UTC, ${times("2h", "30m")}`);
    await site.signal("SIGHUP");
    const reloads = () => site.log().split("configuration reloaded").length - 1;
    await until("hours are given to it", () => reloads() === 3);
    expect((await containers())[0]?.status).toBe("running");
    await idle(`timeZone: UTC, ${times("1s", "1s")}`);
    await site.signal("SIGHUP");
    await until("it is stopped", async () => (await containers())[0]?.status === "stopped");
  }, 60_000);
});
