// The life of stacks on a real dockerd: deployed, changed, upgraded, rolled back, stopped, put to sleep, taken down.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { deployed, FRED, openRig, type Rig, scratch, simplePorts, someName, until, wish } from "./support.ts";

let engine: TestEngine;
let rig: Rig;
let folder: Awaited<ReturnType<typeof scratch>>;
let firstPort = 0;

beforeAll(async () => {
  if (!hasDockerd) return;
  folder = await scratch();
  engine = await startDockerd();
  const serve = ["httpd", "-f", "-p", "80", "-h", "/www"];
  for (const version of ["1", "2"])
    await engine.image({ name: `test/web:${version}`, cmd: serve, files: { "www/version": version } });
  await engine.image({ name: "test/bad:1", cmd: ["/bin/sh", "-c", "exit 3"] });
  rig = await openRig({ socket: engine.socket, dir: folder.dir, ports: simplePorts(() => firstPort) });
});

afterAll(async () => {
  await rig?.close();
  await engine?.stop();
  await folder?.remove();
});

/** Ends at once: what is process 1 hears no SIGTERM that it does not ask for. */
const QUICK = "stop_signal: SIGKILL";
const HEALTH = 'healthcheck: {test: [CMD, "/bin/true"], interval: 200ms, timeout: 2s, retries: 2}';

/** Who uses what, in words. */
async function contents(name: string): Promise<readonly string[]> {
  const [observed] = await rig.driver.observe(name);
  return (observed?.containers ?? [])
    .map(
      ({ labels, status, image }) =>
        `${labels["berth.service"]} ${labels["berth.slot"]} ${status} ${image.slice(0, 15)}`,
    )
    .sort();
}

async function down(name: string): Promise<void> {
  const { id } = await rig.stacks.down(name, { volumes: true }, FRED);
  expect(await rig.stacks.ended(id)).toMatchObject({ state: "done" });
}

function web(image: string, more = ""): string {
  return `services: {web: {image: "${image}", ${QUICK}${more}}}`;
}

describe.skipIf(!hasDockerd).concurrent("a stack on Docker", () => {
  test("goes up in the order of its dependencies, is shown, and goes down without a trace", async () => {
    const name = someName();
    const text = `
services:
  app:
    image: test/web:1
    ${QUICK}
    depends_on: {db: {condition: service_healthy}, util: {condition: service_completed_successfully}}
    networks: {default: {aliases: [front]}}
  util:
    image: test/web:1
    command: ["/bin/sh", "-c", "exit 0"]
    restart: "no"
  db:
    image: test/web:1
    ${QUICK}
    volumes: [data:/data]
    ${HEALTH}
volumes: {data: {}}
`;
    const end = await deployed(rig.stacks, wish(name, text));
    expect(end).toMatchObject({ state: "done", message: undefined });
    const stack = await rig.stacks.show(name);
    expect(stack.services.map((one) => [one.name, one.state])).toEqual([
      ["app", "running"],
      ["util", "completed"],
      ["db", "running"],
    ]);
    expect(stack).toMatchObject({ state: "running", owner: "fred" });
    const again = await rig.stacks.propose(wish(name, text), FRED);
    expect(again.plan.waves.flat().map(({ action }) => action)).toEqual(["keep", "keep", "keep"]);
    const steps: string[] = [];
    for await (const one of rig.stacks.follow(end.id, AbortSignal.timeout(30_000)))
      if (one.kind === "step" && one.report.state === "done")
        steps.push(`${one.report.step.action} ${one.report.step.service ?? ""}`);
    expect(steps.indexOf("start app")).toBeGreaterThan(steps.indexOf("wait-healthy db"));
    expect(steps.indexOf("start app")).toBeGreaterThan(steps.indexOf("wait-completed util"));
    await down(name);
    expect(await rig.driver.observe(name)).toEqual([{ name, containers: [], networks: [], volumes: [] }]);
    await expect(rig.stacks.show(name)).rejects.toMatchObject({ code: "E_STACK_NONE" });
  });

  test("keeps what did not change, replaces what did, side by side, and removes the old", async () => {
    const name = someName();
    const both = (image: string) => `
services:
  web: {image: "${image}", ${QUICK}, x-berth: {update: {start-first: true, monitor: 100ms}}}
  db: {image: "test/web:1", ${QUICK}}
`;
    await deployed(rig.stacks, wish(name, both("test/web:1")));
    const before = await rig.stacks.show(name);
    const end = await deployed(rig.stacks, wish(name, both("test/web:2")));
    expect(end.message).toBeUndefined();
    const after = await rig.stacks.show(name);
    const idOf = (stack: typeof after, service: string) =>
      stack.services.find((one) => one.name === service)?.containers[0]?.id;
    expect(idOf(after, "db")).toBe(idOf(before, "db"));
    expect(idOf(after, "web")).not.toBe(idOf(before, "web"));
    expect(await contents(name)).toHaveLength(2);
    await down(name);
  });

  test("keeps old containers until somebody confirms, and can go back to them", async () => {
    const name = someName();
    const text = (image: string) => web(image, ", x-berth: {update: {confirm: true, monitor: 100ms}}");
    await deployed(rig.stacks, wish(name, text("test/web:1")));
    const first = (await rig.stacks.show(name)).services[0]?.containers[0]?.id;
    await deployed(rig.stacks, wish(name, text("test/web:2")));
    expect(await rig.stacks.show(name)).toMatchObject({ state: "upgraded" });
    expect((await contents(name)).map((one) => one.split(" ")[2])).toEqual(["exited", "running"]);
    await expect(rig.stacks.upgrade(name, {}, FRED)).rejects.toMatchObject({ code: "E_STACK_UNCONFIRMED" });
    const back = await rig.stacks.rollback(name, {}, FRED);
    expect(await rig.stacks.ended(back.id)).toMatchObject({ state: "done" });
    const now = await rig.stacks.show(name);
    // The very container that was kept, not one like it.
    expect(now).toMatchObject({ state: "running", services: [{ image: "test/web:1", containers: [{ id: first }] }] });
    expect(await contents(name)).toHaveLength(1);
    await deployed(rig.stacks, wish(name, text("test/web:2")));
    const { id } = await rig.stacks.confirm(name, FRED);
    expect(await rig.stacks.ended(id)).toMatchObject({ state: "done" });
    expect(await rig.stacks.show(name)).toMatchObject({ state: "running" });
    expect(await contents(name)).toHaveLength(1);
    const { items } = await rig.stacks.deployments(name);
    expect(items.map((one) => [one.number, one.kind, one.state, one.by.user])).toEqual([
      [4, "up", "done", "fred"],
      [3, "rollback", "done", "fred"],
      [2, "up", "upgraded", "fred"],
      [1, "up", "done", "fred"],
    ]);
    await down(name);
  });

  test("goes back by itself when the new containers do not work", async () => {
    const name = someName();
    const text = (command: string) =>
      web("test/web:1", `, command: ${command}, restart: "no", x-berth: {update: {monitor: 300ms}}`);
    await deployed(rig.stacks, wish(name, text('["httpd", "-f", "-p", "80"]')));
    const before = (await rig.stacks.show(name)).services[0]?.containers[0]?.id;
    const end = await deployed(rig.stacks, wish(name, text('["/bin/sh", "-c", "exit 3"]')));
    expect(end.state).toBe("rolled back");
    expect(end.message).toContain("exit code 3");
    const stack = await rig.stacks.show(name);
    expect(stack).toMatchObject({ state: "running", services: [{ state: "running", containers: [{ id: before }] }] });
    expect(stack.reason).toContain("deployment 2 was taken back");
    expect(await contents(name)).toHaveLength(1);
    await down(name);
  });

  test("stays as it is when an image is missing, and says so", async () => {
    const name = someName();
    const end = await deployed(rig.stacks, wish(name, web("test/none:1", ", pull_policy: never")));
    expect(end).toMatchObject({ state: "failed" });
    expect(end.message).toContain("the engine has no image test/none:1");
    expect(await rig.stacks.show(name)).toMatchObject({ state: "failed" });
    await down(name);
  });

  test("does one thing at a time, and says who does it", async () => {
    const name = someName();
    const answer = await rig.stacks.up(wish(name, web("test/web:1")), FRED);
    const second = rig.stacks.up(wish(name, web("test/web:2")), { uid: 1, user: "wilma" });
    await expect(second).rejects.toMatchObject({
      code: "E_STACK_BUSY",
      http: 409,
      fields: { user: "fred", kind: "up" },
    });
    if (answer.begun) await rig.stacks.ended(answer.deployment.id);
    await down(name);
  });

  test("is stopped, started, scaled and restarted with the same digest", async () => {
    const name = someName();
    await deployed(rig.stacks, wish(name, web("test/web:1")));
    const run = async (work: Promise<{ readonly id: string }>) => {
      expect(await rig.stacks.ended((await work).id)).toMatchObject({ state: "done", message: undefined });
      await rig.live.ready();
      return rig.stacks.show(name);
    };
    const before = await rig.stacks.show(name);
    // The tag means something else by now; nobody asked for that.
    await engine.image({ name: "test/moving:1", cmd: ["httpd", "-f", "-p", "80"], files: { x: "1" } });
    expect(await run(rig.stacks.scale(name, "web", 3, FRED))).toMatchObject({ services: [{ wanted: 3 }] });
    expect(await contents(name)).toHaveLength(3);
    expect(await run(rig.stacks.scale(name, "web", 1, FRED))).toMatchObject({ state: "running" });
    expect(await contents(name)).toHaveLength(1);
    await until(async () => (await run(rig.stacks.stop(name, undefined, FRED))).state === "stopped");
    expect(await contents(name)).toEqual([expect.stringContaining("exited")]);
    await run(rig.stacks.start(name, "web", FRED));
    const started = (await rig.driver.observe(name))[0]?.containers[0]?.startedAt ?? 0;
    await run(rig.stacks.restart(name, "web", FRED));
    const [observed] = await rig.driver.observe(name);
    expect(observed?.containers[0]?.startedAt).toBeGreaterThan(started);
    expect(observed?.containers[0]?.id).toBe(before.services[0]?.containers[0]?.id);
    await down(name);
  });

  test("sleeps and wakes with what it depends on, once for all who ask", async () => {
    const name = someName();
    const text = `
services:
  app: {image: "test/web:1", ${QUICK}, depends_on: {db: {condition: service_healthy}}}
  db: {image: "test/web:1", ${QUICK}, ${HEALTH}}
`;
    await deployed(rig.stacks, wish(name, text));
    expect(await rig.stacks.sleep(name, "app", "stop", "nobody used it")).toBe(true);
    expect(await rig.stacks.sleep(name, "db", "pause", "nobody used it")).toBe(true);
    await until(async () => (await rig.stacks.show(name)).state === "asleep");
    await Promise.all([1, 2, 3].map(() => rig.stacks.wake(name, "app")));
    await until(async () => (await rig.stacks.show(name)).state === "running");
    const { items } = await rig.stacks.operations(name);
    expect(items.filter(({ kind }) => kind === "wake")).toHaveLength(1);
    // Awake already: nothing happens.
    await rig.stacks.wake(name, "app");
    await down(name);
  });

  test("resolves its tags anew only when it is upgraded", async () => {
    const name = someName();
    const build = (version: string) =>
      engine.image({ name: `test/moved-${name}:1`, cmd: ["httpd", "-f", "-p", "80"], files: { v: version } });
    const more = ", x-berth: {update: {monitor: 100ms}}";
    const one = await build("1");
    await deployed(rig.stacks, wish(name, web(`test/moved-${name}:1`, more)));
    const two = await build("2");
    const digest = async () => (await rig.stacks.show(name)).services[0]?.digest;
    expect(await digest()).toBe(one);
    await deployed(rig.stacks, wish(name, web(`test/moved-${name}:1`, `${more}, environment: {A: b}`)));
    expect(await digest()).toBe(one);
    const { id } = await rig.stacks.upgrade(name, {}, FRED);
    expect(await rig.stacks.ended(id)).toMatchObject({ state: "done" });
    expect(await digest()).toBe(two);
    await down(name);
  });

  test("never touches what is not its own", async () => {
    const name = someName();
    const network = `${name}_default`;
    await engine.ask("POST", "/v1.41/networks/create", { Name: network });
    const end = await deployed(rig.stacks, wish(name, web("test/web:1")));
    expect(end).toMatchObject({ state: "failed" });
    expect(end.message).toContain(`the network ${network} is on the engine already`);
    await down(name);
    expect((await engine.ask("GET", `/v1.41/networks/${network}`)).status).toBe(200);
  });

  test("gives ports that other programs took to nobody", async () => {
    const name = someName();
    const server = createServer().listen(0, "0.0.0.0");
    await once(server, "listening");
    firstPort = (server.address() as AddressInfo).port;
    // In use already is as good.
    const second = createServer().listen(firstPort + 1, "0.0.0.0");
    await once(second, "listening").catch(() => {});
    try {
      const end = await deployed(rig.stacks, wish(name, web("test/web:1", ', ports: ["80"]')));
      expect(end, end.message).toMatchObject({ state: "done" });
      expect((await rig.stacks.show(name)).services[0]?.ports).toMatchObject([{ container: 80 }]);
      expect((await rig.stacks.show(name)).services[0]?.ports[0]?.host).toBeGreaterThan(firstPort + 1);
    } finally {
      server.close();
      second.close();
    }
    await down(name);
  });

  test("tells of containers that fall over, and shows what they wrote", async () => {
    const name = someName();
    const text = web(
      "test/web:1",
      `, restart: "no", command: ["/bin/sh", "-c", "echo hello; echo oops >&2; sleep 2; exit 7"]`,
    );
    await deployed(rig.stacks, wish(name, text));
    await until(async () => (await rig.stacks.events({ stack: name, kinds: ["crashed"] })).items.length === 1);
    const { items } = await rig.stacks.events({ stack: name, kinds: ["crashed"] });
    expect(items[0]?.message).toContain("exit code 7");
    expect(await rig.stacks.show(name)).toMatchObject({ state: "failed" });
    const lines: string[] = [];
    for await (const { stream, line, service } of rig.stacks.logs(name, {})) lines.push(`${service} ${stream} ${line}`);
    expect(lines.sort()).toEqual(["web stderr oops", "web stdout hello"]);
    await down(name);
  });
});
