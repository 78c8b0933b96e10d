// The server is killed in the middle of up, upgrade, rollback, wake and down, in each kind of step at least once. The next one
// goes on: what was wanted is there in the end, nothing twice, nothing lost. Then the engine is killed under an upgrade. That
// plans can be cut off everywhere is tried with models (src/services/driver/stack-plan.property.test.ts).

import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { deployed, FRED, openRig, type Rig, scratch, someName, wish } from "./support.ts";

const SERVER = join(import.meta.dirname, "doomed-server.ts");

let engine: TestEngine;
let folder: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  if (!hasDockerd) return;
  folder = await scratch();
  engine = await startDockerd();
  for (const version of ["1", "2"])
    await engine.image({ name: `test/web:${version}`, cmd: ["httpd", "-f", "-p", "80"], files: { version } });
});

afterAll(async () => {
  await engine?.stop();
  await folder?.remove();
});

function recipe(name: string, version: string, confirm: boolean) {
  const update = `{start-first: true, monitor: 100ms, confirm: ${confirm}}`;
  return wish(
    name,
    `services: {web: {image: "test/web:${version}", stop_signal: SIGKILL, x-berth: {update: ${update}}}}`,
  );
}

interface Case {
  readonly name: string;
  readonly choices: Parameters<typeof openRig>[0];
}

async function newCase(): Promise<Case> {
  const name = someName("k");
  const dir = join(folder.dir, name);
  await mkdir(dir);
  return { name, choices: { socket: engine.socket, dir, site: name } };
}

/** Answers the operation that it was at when it was killed; undefined: it had ended before. */
function killedAt(given: Case, act: string, wanted: unknown, step: string): Promise<string | undefined> {
  const order = JSON.stringify({ ...given.choices, act, wish: wanted });
  const child = spawn(process.execPath, [SERVER, order], { stdio: ["ignore", "pipe", "inherit"] });
  let operation: string | undefined;
  return new Promise((resolve) => {
    let seen = false;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("operation ")) operation = line.slice("operation ".length);
      if (line !== `begun ${step}`) return;
      seen = true;
      child.kill("SIGKILL");
    });
    child.on("exit", () => resolve(seen ? operation : undefined));
  });
}

async function states(rig: Rig, name: string): Promise<readonly string[]> {
  const [observed] = await rig.driver.observe(name);
  return (observed?.containers ?? []).map(({ status, labels }) => `${labels["berth.slot"]} ${status}`).sort();
}

/** The next server, with the same id and records; what is under way is gone on with. */
async function nextServer(given: Case, operation: string): Promise<{ readonly rig: Rig; readonly state: string }> {
  const rig = await openRig(given.choices);
  expect(await rig.stacks.recover()).toBe(1);
  return { rig, state: (await rig.stacks.ended(operation)).state };
}

async function before<T>(given: Case, work: (rig: Rig) => Promise<T>): Promise<T> {
  const rig = await openRig(given.choices);
  try {
    return await work(rig);
  } finally {
    await rig.close();
  }
}

describe.skipIf(!hasDockerd).concurrent("a server killed in the middle", () => {
  test.each(["create-network", "create"])("of %s of an up", async (step) => {
    const given = await newCase();
    const operation = await killedAt(given, "up", recipe(given.name, "1", false), step);
    const { rig, state } = await nextServer(given, operation ?? "");
    expect(state).toBe("done");
    expect(await states(rig, given.name)).toEqual(["1 running"]);
    await rig.close();
  });

  test.each(["wait-healthy", "stop"])("of %s of an upgrade", async (step) => {
    const given = await newCase();
    await before(given, (rig) => deployed(rig.stacks, recipe(given.name, "1", false)));
    const operation = await killedAt(given, "up", recipe(given.name, "2", false), step);
    const { rig, state } = await nextServer(given, operation ?? "");
    expect(state).toBe("done");
    expect(await states(rig, given.name)).toEqual(["1 running"]);
    expect(await rig.stacks.show(given.name)).toMatchObject({ services: [{ image: "test/web:2", state: "running" }] });
    await rig.close();
  });

  test.each(["start", "remove"])("of %s of a rollback", async (step) => {
    const given = await newCase();
    const first = await before(given, async (rig) => {
      await deployed(rig.stacks, recipe(given.name, "1", true));
      const { services } = await rig.stacks.show(given.name);
      await deployed(rig.stacks, recipe(given.name, "2", true));
      return services[0]?.containers[0]?.id;
    });
    const operation = await killedAt(given, "rollback", recipe(given.name, "2", true), step);
    const { rig, state } = await nextServer(given, operation ?? "");
    expect(state).toBe("done");
    expect(await states(rig, given.name)).toEqual(["1 running"]);
    expect(await rig.stacks.show(given.name)).toMatchObject({ services: [{ containers: [{ id: first }] }] });
    await rig.close();
  });

  test.each(["start"])("of %s of a wake", async (step) => {
    const given = await newCase();
    await before(given, async (rig) => {
      await deployed(rig.stacks, recipe(given.name, "1", false));
      await rig.stacks.sleep(given.name, "web", "stop", "nobody used it");
    });
    const operation = await killedAt(given, "wake", recipe(given.name, "1", false), step);
    const { rig, state } = await nextServer(given, operation ?? "");
    expect(state).toBe("done");
    expect(await states(rig, given.name)).toEqual(["1 running"]);
    await rig.close();
  });

  test.each(["remove-network"])("of %s of a down", async (step) => {
    const given = await newCase();
    await before(given, (rig) => deployed(rig.stacks, recipe(given.name, "1", false)));
    const operation = await killedAt(given, "down", recipe(given.name, "1", false), step);
    const { rig, state } = await nextServer(given, operation ?? "");
    expect(state).toBe("done");
    expect(await rig.driver.observe(given.name)).toMatchObject([{ containers: [], networks: [] }]);
    await rig.close();
  });
});

describe.skipIf(!hasDockerd)("an engine killed in the middle of an upgrade", () => {
  test("is waited for, and the upgrade goes on", async () => {
    const given = await newCase();
    const rig = await openRig(given.choices);
    await deployed(rig.stacks, recipe(given.name, "1", false));
    const answer = await rig.stacks.up(recipe(given.name, "2", false), FRED);
    if (!answer.begun) throw new Error("refused");
    for await (const one of rig.stacks.follow(answer.deployment.id, AbortSignal.timeout(20_000)))
      if (one.kind === "step" && one.report.step.action === "start") break;
    await engine.crash();
    await engine.again();
    expect(await rig.stacks.ended(answer.deployment.id)).toMatchObject({ state: "done" });
    expect(await states(rig, given.name)).toEqual(["1 running"]);
    await rig.close();
  });
});
