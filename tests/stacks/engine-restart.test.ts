// The engine, or the whole machine, is started again: what ran runs, also what needs files that lay in memory; what slept or was
// stopped does not. On a real dockerd.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SecretFiles } from "../../src/services/stacks/types.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { deployed, FRED, openRig, type Rig, scratch, someName, until, wish } from "./support.ts";

let engine: TestEngine;
let folder: Awaited<ReturnType<typeof scratch>>;

const secrets: SecretFiles = {
  filesFor: async ({ uses }) =>
    uses.map(({ target }) => ({ path: target, content: Buffer.from("x"), uid: 0, gid: 0, mode: 0o400 })),
};

beforeAll(async () => {
  if (!hasDockerd) return;
  folder = await scratch();
  engine = await startDockerd();
  await engine.image({ name: "test/web:1", cmd: ["sleep", "1000"] });
});

afterAll(async () => {
  await engine?.stop();
  await folder?.remove();
});

function open(): Promise<Rig> {
  return openRig({ socket: engine.socket, dir: folder.dir, secrets });
}

describe.skipIf(!hasDockerd)("after the machine was started again", () => {
  test("what ran runs, and what did not run does not", async () => {
    const name = someName();
    const one = '{image: "test/web:1", stop_signal: SIGKILL, restart: on-failure}';
    const text = `
services:
  web: {image: "test/web:1", stop_signal: SIGKILL, restart: always, secrets: [key]}
  asleep: ${one}
  stopped: ${one}
secrets: {key: {external: true, name: ${name}.web.key}}
`;
    const before = await open();
    expect((await deployed(before.stacks, wish(name, text))).message).toBeUndefined();
    expect(await before.stacks.sleep(name, "asleep", "stop", "nobody used it")).toBe(true);
    await before.stacks.ended((await before.stacks.stop(name, "stopped", FRED)).id);
    await before.close();
    await engine.crash();
    await rm(join(folder.dir, "secrets"), { recursive: true });
    await engine.again();
    const after = await open();
    await after.stacks.recover();
    const states = async () => {
      const [observed] = await after.driver.observe(name);
      return Object.fromEntries((observed?.containers ?? []).map((c) => [c.labels["berth.service"], c.status]));
    };
    await until(async () => (await states())["web"] === "running");
    await until(async () => (await states())["asleep"] === "exited" && (await states())["stopped"] === "exited");
    await after.close();
  });
});
