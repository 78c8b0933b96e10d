// `berth doctor services` as a user calls it, against real engines, none, and one that he may not use.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasDockerd, hasPodman, startDockerd, startPodman, type TestEngine } from "../support/engine.ts";
import { AS_ROOT, asUser, ordinaryUser } from "../support/ordinary-user.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

function doctor(engine: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, "doctor", "services", "--engine", engine, ...args], { encoding: "utf8" });
}

const ENGINES = [
  { kind: "docker", there: hasDockerd, start: () => startDockerd() },
  { kind: "podman", there: hasPodman, start: () => startPodman() },
] as const;

async function withEngine(start: () => Promise<TestEngine>, work: (real: TestEngine) => Promise<void>): Promise<void> {
  const real = await start();
  try {
    await work(real);
  } finally {
    await real.stop();
  }
}

describe.each(ENGINES)("$kind", ({ kind, there, start }) => {
  test.skipIf(!there)(
    `${kind} can run services, and has nothing of the trials afterwards (needs root and the engine)`,
    () =>
      withEngine(start, async (real) => {
        const ran = doctor(real.address, "--json");
        expect(ran.stderr).toBe("");
        const { fit, engine, findings } = JSON.parse(ran.stdout);
        expect(fit).toBe(true);
        expect(ran.status).toBe(0);
        expect(engine.kind).toBe(kind);
        const states = Object.fromEntries(
          findings.map((one: { name: string; state: string }) => [one.name, one.state]),
        );
        for (const name of ["API", "start", "network", "ports", "names", "commands", "limits", "pause", "events"])
          expect([name, states[name]]).toEqual([name, "ok"]);
        expect((await real.ask("GET", "/v1.41/containers/json?all=1")).json).toEqual([]);
        expect((await real.ask("GET", "/v1.41/images/json")).json).toEqual([]);
        const networks = (await real.ask("GET", "/v1.41/networks")).text;
        expect(networks).not.toContain("doctor");
        if (kind === "podman") return;
        // With an image of the engine none is made, and that one stays.
        await real.image({ name: "test/tiny:1" });
        const again = doctor(real.address, "--image", "test/tiny:1");
        expect(again.stdout).toMatch(/^ {2}ok +names /m);
        expect(again.stdout).toMatch(/^Services can run here/m);
        expect((await real.ask("GET", "/v1.41/images/json")).text).toContain("test/tiny:1");
      }),
  );
});

test("where no engine is, that is the finding, with the cure", () => {
  const ran = doctor("unix:///nonexistent/sock");
  expect(ran.stdout).toContain("no container engine answers at unix:///nonexistent/sock: there is no such socket");
  expect(ran.stdout).toContain("cure: start the engine");
  expect(ran.status).toBe(1);
});

test("an address that is none is refused", () => {
  const ran = doctor("nonsense");
  expect(ran.stderr).toContain("nonsense is no address of a container engine");
  expect(ran.status).not.toBe(0);
});

test.skipIf(!hasDockerd || !AS_ROOT)("who may not open the socket is told so (needs root and dockerd)", () =>
  withEngine(startDockerd, async (real) => {
    const argv = [process.execPath, MAIN, "doctor", "services", "--engine", real.address];
    const [program = "", ...args] = asUser(ordinaryUser(), argv);
    const ran = spawnSync(program, args, { encoding: "utf8" });
    expect(ran.stdout).toContain(`this user may not use the container engine at ${real.address}`);
    expect(ran.status).toBe(1);
  }),
);
