// What containers are given and what is told before they go: secrets and configs as files, the proxy's drain, checks by
// request, digests of a registry. On a real dockerd.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SecretFiles, Traffic } from "../../src/services/stacks/types.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { deployed, FRED, openRig, type Rig, scratch, someName, until, wish } from "./support.ts";

let engine: TestEngine;
let rig: Rig;
let folder: Awaited<ReturnType<typeof scratch>>;
let password = "hunter2-first";
const drained: string[] = [];

const secrets: SecretFiles = {
  filesFor: async ({ uses }) =>
    uses.map(({ target }) => ({ path: target, content: Buffer.from(password), uid: 1000, gid: 1000, mode: 0o400 })),
};

const traffic: Traffic = {
  async drain(containers) {
    for (const { stack, service, container } of containers) {
      const all = await rig.engine.containers({ labels: ["berth.site=test", `berth.stack=${stack}`], all: true });
      const running = all.filter((one) => one.labels["berth.service"] === service && one.status === "running");
      drained.push(`${service} of ${running.length}: ${running.some(({ id }) => id === container)}`);
    }
  },
};

beforeAll(async () => {
  if (!hasDockerd) return;
  folder = await scratch();
  engine = await startDockerd();
  await engine.image({ name: "test/web:1", cmd: ["httpd", "-f", "-p", "80", "-h", "/www"] });
  await engine.image({ name: "test/web:2", cmd: ["httpd", "-f", "-p", "80", "-h", "/www"], files: { two: "2" } });
  rig = await openRig({ socket: engine.socket, dir: folder.dir, secrets, traffic });
});

afterAll(async () => {
  await rig?.close();
  await engine?.stop();
  await folder?.remove();
});

async function output(name: string, argv: readonly string[]): Promise<string> {
  const session = await rig.stacks.exec(name, { service: "web", argv, tty: false, stdin: false });
  let text = "";
  for await (const { data } of session.output) text += data.toString();
  session.close();
  return text.trim();
}

async function idOf(name: string): Promise<string> {
  return (await rig.stacks.show(name)).services[0]?.containers[0]?.id ?? "";
}

describe.skipIf(!hasDockerd).concurrent("a container", () => {
  test("has secrets as files of its user, which nothing else shows, new after a restart", async () => {
    const name = someName();
    const text = `
services:
  web:
    image: test/web:1
    user: "1000:1000"
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    secrets: [db_password]
secrets: {db_password: {external: true, name: ${name}.db_password}}
`;
    const end = await deployed(rig.stacks, wish(name, text));
    expect(end.message).toBeUndefined();
    expect(await output(name, ["cat", "/run/secrets/db_password"])).toBe("hunter2-first");
    expect(await output(name, ["stat", "-c", "%u:%g %a", "/run/secrets/db_password"])).toBe("1000:1000 400");
    const id = await idOf(name);
    const inspected = await engine.ask("GET", `/v1.41/containers/${id}/json`);
    expect(inspected.text).not.toContain("hunter2");
    const told = JSON.stringify([await rig.stacks.events({ stack: name }), await rig.stacks.export(name)]);
    expect(told).not.toContain("hunter2");
    password = "hunter2-second";
    await rig.stacks.ended((await rig.stacks.restart(name, ["web"], FRED)).id);
    expect(await output(name, ["cat", "/run/secrets/db_password"])).toBe("hunter2-second");
    // The engine starts it again by itself, and the file is there still.
    const startedAt = async () => (await rig.stacks.show(name)).services[0]?.containers[0]?.startedAt;
    const before = await startedAt();
    await engine.ask("POST", `/v1.41/containers/${id}/restart?t=0`);
    await until(async () => (await startedAt()) !== before);
    expect(await output(name, ["cat", "/run/secrets/db_password"])).toBe("hunter2-second");
    await rig.stacks.ended((await rig.stacks.down(name, {}, FRED)).id);
  });

  test("has configs as files, and is replaced when their text changes", async () => {
    const name = someName();
    const text = (content: string) => `
services: {web: {image: test/web:1, stop_signal: SIGKILL, configs: [{source: motd, target: /etc/motd, mode: 0444}], x-berth: {update: {monitor: 100ms}}}}
configs: {motd: {content: "${content}"}}
`;
    await deployed(rig.stacks, wish(name, text("welcome")));
    const before = await idOf(name);
    expect(await output(name, ["cat", "/etc/motd"])).toBe("welcome");
    await deployed(rig.stacks, wish(name, text("hello")));
    expect(await idOf(name)).not.toBe(before);
    expect(await output(name, ["cat", "/etc/motd"])).toBe("hello");
    await rig.stacks.ended((await rig.stacks.down(name, {}, FRED)).id);
  });

  test("is stopped only after the proxy has let go of it, with its successor at work", async () => {
    const name = someName();
    const text = (version: string) => `
services:
  web:
    image: test/web:${version}
    stop_signal: SIGKILL
    healthcheck: {interval: 300ms, timeout: 1s, retries: 3}
    x-berth:
      health: {http: {port: 80, path: /index.html}}
      update: {start-first: true, monitor: 100ms}
      routes: [{host: ${name}.example.org, port: 80}]
`;
    const answer = await rig.stacks.propose(wish(name, text("1")), FRED);
    expect(answer.notes.filter(({ severity }) => severity === "error")).toEqual([]);
    expect((await deployed(rig.stacks, wish(name, text("1")))).message).toBeUndefined();
    await until(async () => (await rig.stacks.show(name)).services[0]?.containers[0]?.health === "healthy");
    drained.length = 0;
    expect((await deployed(rig.stacks, wish(name, text("2")))).message).toBeUndefined();
    expect(drained).toEqual(["web of 2: true"]);
    await rig.stacks.ended((await rig.stacks.down(name, {}, FRED)).id);
  });

  test("keeps its address through an upgrade, also when it sleeps then", async () => {
    const name = someName();
    const text = (version: string) =>
      `services: {web: {image: "test/web:${version}", stop_signal: SIGKILL, retain_ip: true, x-berth: {update: {monitor: 100ms}}}}`;
    const addresses = async () => (await rig.driver.observe(name))[0]?.containers[0]?.addresses;
    expect((await deployed(rig.stacks, wish(name, text("1")))).message).toBeUndefined();
    const first = await addresses();
    expect(first?.[`${name}_default`]).toMatch(/^\d+\./);
    expect((await deployed(rig.stacks, wish(name, text("2")))).message).toBeUndefined();
    expect(await addresses()).toEqual(first);
    await rig.stacks.sleep(name, "web", "stop", "nobody used it");
    expect((await deployed(rig.stacks, wish(name, text("1")))).message).toBeUndefined();
    expect(await addresses()).toEqual(first);
    await rig.stacks.ended((await rig.stacks.down(name, {}, FRED)).id);
    expect(await rig.driver.observe(name)).toMatchObject([{ containers: [], networks: [] }]);
  });

  test("in the network of another is there whenever that one is, whatever happened to it", async () => {
    const name = someName();
    const text = `
services:
  web: {image: test/web:1, stop_signal: SIGKILL}
  side: {image: test/web:1, stop_signal: SIGKILL, network_mode: "service:web", depends_on: [web], command: ["sleep", "1000"]}
`;
    const reaches = async () => {
      const argv = ["wget", "-q", "-O", "-", "http://127.0.0.1:80/index.html"];
      const session = await rig.stacks.exec(name, { service: "side", argv, tty: false, stdin: false });
      for await (const _ of session.output);
      return (await session.wait()) === 0;
    };
    const end = async (work: Promise<{ readonly id: string }>) => {
      expect(await rig.stacks.ended((await work).id)).toMatchObject({ state: "done", message: undefined });
      expect(await reaches()).toBe(true);
    };
    expect((await deployed(rig.stacks, wish(name, text))).message).toBeUndefined();
    expect(await reaches()).toBe(true);
    await end(rig.stacks.restart(name, "web", FRED));
    await rig.stacks.ended((await rig.stacks.stop(name, "web", FRED)).id);
    await end(rig.stacks.start(name, "web", FRED));
    await engine.ask("DELETE", `/v1.41/containers/${await idOf(name)}?force=1`);
    await end(rig.stacks.start(name, "web", FRED));
    await rig.stacks.ended((await rig.stacks.down(name, {}, FRED)).id);
  });
});
