// `berth container` against a server with a real engine.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { loadImages, World } from "./world.ts";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");
const SKIP = hasDockerd ? "" : " (skipped: no dockerd, or not root)";

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

describe(`berth container${SKIP}`, () => {
  let engine: TestEngine;
  let world: World;
  beforeAll(async () => {
    if (!hasDockerd) return;
    engine = await startDockerd();
    await loadImages(engine);
    world = await World.open(engine);
  });
  afterAll(async () => {
    await world?.close();
    await engine?.stop();
  });

  const berth = (words: readonly string[], password = "spindocker", input?: string): Promise<Ran> =>
    new Promise((resolve) => {
      const env = { PATH: process.env["PATH"], HOME: engine.dir, BERTH_GATEWAY: `http://127.0.0.1:${world.port}` };
      const options = { env: { ...env, ...(password ? { SPIN_DOCKER_PASSWORD: password } : {}) } };
      const child = execFile(process.execPath, [MAIN, "container", ...words], options, (error, out, err) => {
        resolve({ status: Number(error?.code ?? 0), out, err });
      });
      child.stdin?.end(input);
    });

  test.skipIf(!hasDockerd)("starts, lists, stops and removes", async () => {
    const made = JSON.parse((await berth(["create", "sd/app", "--json"])).out);
    expect(made).toMatchObject({ status: "running", image: "sd/app" });
    const name = made.name.slice(1);
    const { out } = await berth(["list"]);
    expect(out).toMatch(/^ID +NAME +IMAGE +STATUS +ACTIVE +SSH +PORT\n/);
    expect(out).toContain(`${made.container_id.slice(0, 12)}    ${name}`);
    expect((await berth(["stop", name])).out).toContain("stopping");
    await world.until(made.container_id, "stopped");
    expect((await berth(["start", made.container_id.slice(0, 8)])).out).toContain("running");
    expect(await berth(["start", name])).toMatchObject({
      status: 1,
      err: expect.stringContaining("Cannot start container"),
    });
    expect((await berth(["rm", name])).status).toBe(0);
    expect(JSON.parse((await berth(["list", "--audit", "--json"])).out)).toEqual([]);
    expect((await berth(["images"])).out).toContain("sd/app:latest\n");
  });

  test.skipIf(!hasDockerd)("says what is wrong", async () => {
    expect(await berth(["create", "badimage"])).toMatchObject({
      status: 1,
      err: expect.stringMatching("badimage not found"),
    });
    expect(await berth(["stop", "nobody"])).toMatchObject({
      status: 1,
      err: expect.stringContaining("names 0 containers"),
    });
    expect(await berth(["list"], "wrong")).toMatchObject({ status: 1, err: expect.stringContaining("password") });
    expect((await berth(["list", "--password-stdin"], "", "spindocker\n")).status).toBe(0);
  });
});
