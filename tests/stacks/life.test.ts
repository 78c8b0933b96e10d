// The life of stacks on a real dockerd: deployed, changed, upgraded, rolled back, stopped, put to sleep, taken down.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { deployed, FRED, openRig, type Rig, scratch, someName, wish } from "./support.ts";

let engine: TestEngine;
let rig: Rig;
let folder: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  if (!hasDockerd) return;
  folder = await scratch();
  engine = await startDockerd();
  const serve = ["httpd", "-f", "-p", "80", "-h", "/www"];
  for (const version of ["1", "2"])
    await engine.image({ name: `test/web:${version}`, cmd: serve, files: { "www/version": version } });
  await engine.image({ name: "test/bad:1", cmd: ["/bin/sh", "-c", "exit 3"] });
  rig = await openRig({ socket: engine.socket, dir: folder.dir });
});

afterAll(async () => {
  await rig?.close();
  await engine?.stop();
  await folder?.remove();
});

const HEALTH = `
    healthcheck: {test: [CMD, "/bin/true"], interval: 200ms, timeout: 2s, retries: 2}`;

describe.skipIf(!hasDockerd)("a stack on Docker", () => {
  test("goes up in the order of its dependencies, is shown, and goes down without a trace", async () => {
    const name = someName();
    const text = `
services:
  app:
    image: test/web:1
    depends_on: {db: {condition: service_healthy}, util: {condition: service_completed_successfully}}
    networks: {default: {aliases: [front]}}
  util:
    image: test/web:1
    command: ["/bin/sh", "-c", "exit 0"]
    restart: "no"
  db:
    image: test/web:1
    volumes: [data:/data]${HEALTH}
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
    const down = await rig.stacks.down(name, { volumes: true }, FRED);
    expect(await rig.stacks.ended(down.id)).toMatchObject({ state: "done" });
    expect(await rig.driver.observe(name)).toEqual([{ name, containers: [], networks: [], volumes: [] }]);
    await expect(rig.stacks.show(name)).rejects.toMatchObject({ code: "E_STACK_NONE" });
  });
});
