// What goes wrong on real engines: tags that move, containers that hear no SIGTERM or end at once, and Podman, which has
// its own ways. Each says what happened, and leaves the stack as it can be gone on with.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, hasPodman, startDockerd, startPodman, type TestEngine } from "../support/engine.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { deployed, FRED, openRig, type Rig, scratch, someName, wish } from "./support.ts";

let folder: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  folder = await scratch();
});

afterAll(() => folder.remove());

async function down(rig: Rig, name: string): Promise<void> {
  const { id } = await rig.stacks.down(name, { volumes: true }, FRED);
  expect(await rig.stacks.ended(id)).toMatchObject({ state: "done" });
}

const SERVE = ["httpd", "-f", "-p", "80"];

describe.skipIf(!hasDockerd).concurrent("on Docker", () => {
  let engine: TestEngine;
  let rig: Rig;
  let registry: TestRegistry | undefined;
  let locked: TestRegistry | undefined;
  let password = "hunter2-wrong";

  beforeAll(async () => {
    registry = hasRegistry ? await startRegistry() : undefined;
    locked = hasRegistry ? await startRegistry({ basic: { username: "berth", password: "hunter2-right" } }) : undefined;
    engine = await startDockerd();
    await engine.image({ name: "test/web:1", cmd: SERVE });
    rig = await openRig({
      ...{ socket: engine.socket, dir: folder.dir, database: "docker.db" },
      credentials: async (reference) =>
        reference.startsWith(`${locked?.host}/`) ? { user: "berth", password } : undefined,
    });
  });

  afterAll(async () => {
    await rig?.close();
    await engine?.stop();
    await registry?.stop();
    await locked?.stop();
  });

  test.skipIf(!hasRegistry)("a registry behind a login is shown it, and nobody else is", async () => {
    const name = someName();
    const host = locked?.host ?? "";
    const digest = await engine.push(host, { name: "team/own:1", cmd: SERVE }, "berth:hunter2-right");
    const image = `${host}/team/own:1`;
    const text = (more = "") => `services: {web: {image: "${image}", stop_signal: SIGKILL${more}}}`;
    const refused = await deployed(rig.stacks, wish(name, text()));
    expect(refused).toMatchObject({ state: "failed", message: expect.stringMatching(/give credentials/) });
    password = "hunter2-right";
    expect((await deployed(rig.stacks, wish(name, text()))).message).toBeUndefined();
    expect((await rig.stacks.show(name)).services[0]?.digest).toBe(digest);
    // Gone from the engine: what is made anew has to be pulled once more, by its digest.
    await rig.stacks.ended((await rig.stacks.stop(name, undefined, FRED)).id);
    await engine.ask("DELETE", `/v1.41/images/${host}/team/own@${digest}?force=1`);
    const more = ", environment: {A: b}, x-berth: {update: {monitor: 100ms}}";
    expect((await deployed(rig.stacks, wish(name, text(more)))).message).toBeUndefined();
    const id = (await rig.driver.observe(name))[0]?.containers[0]?.id ?? "";
    const told = [
      await rig.stacks.events({ stack: name }),
      await rig.stacks.deployments(name),
      await rig.stacks.export(name),
      (await engine.ask("GET", `/v1.41/containers/${id}/json`)).text,
      refused,
    ];
    expect(JSON.stringify(told)).not.toContain("hunter2");
    await down(rig, name);
  });

  test.skipIf(!hasRegistry)("a tag of a registry keeps its meaning until an upgrade asks anew", async () => {
    const name = someName();
    const host = registry?.host ?? "";
    const push = (version: string) => engine.push(host, { name: "team/app:1", cmd: SERVE, files: { version } });
    const text = `services: {web: {image: "${host}/team/app:1", stop_signal: SIGKILL, x-berth: {update: {monitor: 100ms}}}}`;
    const one = await push("1");
    const end = await deployed(rig.stacks, wish(name, text));
    expect(end.message).toBeUndefined();
    const digest = async () => (await rig.stacks.show(name)).services[0]?.digest;
    expect(await digest()).toBe(one);
    const two = await push("2");
    await rig.stacks.ended((await rig.stacks.restart(name, undefined, FRED)).id);
    await deployed(rig.stacks, wish(name, text));
    expect(await digest()).toBe(one);
    await rig.stacks.ended((await rig.stacks.upgrade(name, {}, FRED)).id);
    expect(await digest()).toBe(two);
    // Pulled again by its digest, although its tag points elsewhere and the engine has forgotten it.
    const first = (await rig.stacks.deployments(name)).items[2];
    await engine.ask("DELETE", `/v1.41/images/${host}/team/app@${one}?force=1`);
    expect(first?.images["web"]?.digest).toBe(one);
    const back = await rig.stacks.rollback(name, {}, FRED);
    expect(await rig.stacks.ended(back.id)).toMatchObject({ state: "done" });
    expect(await digest()).toBe(one);
    await down(rig, name);
  });

  test("a container that hears no SIGTERM is given its time, then killed", async () => {
    const name = someName();
    await deployed(rig.stacks, wish(name, 'services: {web: {image: "test/web:1", stop_grace_period: 1s}}'));
    const began = performance.now();
    const { id } = await rig.stacks.stop(name, "web", FRED);
    expect(await rig.stacks.ended(id)).toMatchObject({ state: "done" });
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await rig.driver.observe(name)).toMatchObject([{ containers: [{ status: "exited", exitCode: 137 }] }]);
    await down(rig, name);
  });

  test("a first deployment whose container ends at once fails, and the next one may mend it", async () => {
    const name = someName();
    const text = (code: number) =>
      `services: {web: {image: "test/web:1", stop_signal: SIGKILL, command: ["/bin/sh", "-c", "[ ${code} = 0 ] && exec sleep 100; exit ${code}"], restart: always}}`;
    const end = await deployed(rig.stacks, wish(name, text(5)));
    expect(end).toMatchObject({ state: "failed", message: expect.stringMatching(/does not stay up/) });
    expect(await rig.stacks.show(name)).toMatchObject({ state: "failed" });
    expect(await deployed(rig.stacks, wish(name, text(0)))).toMatchObject({ state: "done" });
    expect(await rig.stacks.show(name)).toMatchObject({ state: "running", reason: undefined });
    await down(rig, name);
  });

  test("a job that fails keeps those from starting who wait for it", async () => {
    const name = someName();
    const text = `
services:
  util: {image: "test/web:1", command: ["/bin/sh", "-c", "exit 4"], restart: "no"}
  web: {image: "test/web:1", stop_signal: SIGKILL, depends_on: {util: {condition: service_completed_successfully}}}
`;
    const end = await deployed(rig.stacks, wish(name, text));
    expect(end.message).toContain("exit code 4");
    const { services } = await rig.stacks.show(name);
    expect(services.find((one) => one.name === "util")).toMatchObject({ state: "failed" });
    expect(services.find((one) => one.name === "web")?.containers).toEqual([]);
    await down(rig, name);
  });
});

describe.skipIf(!hasPodman)("on Podman", () => {
  let engine: TestEngine;
  let rig: Rig;

  beforeAll(async () => {
    engine = await startPodman();
    for (const version of ["1", "2"])
      await engine.image({ name: `test/web:${version}`, cmd: SERVE, files: { version } });
    rig = await openRig({ socket: engine.socket, dir: folder.dir, database: "podman.db" });
  });

  afterAll(async () => {
    await rig?.close();
    await engine?.stop();
  });

  test("a stack goes up, is upgraded, sleeps, wakes and goes down", async () => {
    const name = someName();
    const text = (version: string) => `
services:
  web:
    image: localhost/test/web:${version}
    pull_policy: never
    stop_signal: SIGKILL
    ulimits: {nofile: {soft: 1024, hard: 4096}, nproc: {soft: 4096, hard: 4096}}
    healthcheck: {test: [CMD, "/bin/true"], interval: 200ms, timeout: 5s, retries: 2}
    x-berth: {update: {start-first: true, monitor: 100ms}}
`;
    expect((await deployed(rig.stacks, wish(name, text("1")))).message).toBeUndefined();
    expect((await deployed(rig.stacks, wish(name, text("2")))).message).toBeUndefined();
    expect(await rig.stacks.show(name)).toMatchObject({ services: [{ image: "localhost/test/web:2" }] });
    expect((await rig.driver.observe(name))[0]?.containers).toHaveLength(1);
    expect(await rig.stacks.sleep(name, "web", "stop", "nobody used it")).toBe(true);
    await rig.stacks.wake(name, "web");
    expect((await rig.driver.observe(name))[0]?.containers).toMatchObject([{ status: "running" }]);
    await down(rig, name);
    expect(await rig.driver.observe(name)).toEqual([{ name, containers: [], networks: [], volumes: [] }]);
  });
});
