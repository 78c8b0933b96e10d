// All 72 cases against real engines. Each engine is started once and shared; cases run side by side.

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { hasDockerd, hasPodman, startDockerd, startPodman, type TestEngine } from "../support/engine.ts";
import { CASES, ENGINE_FREE } from "./cases.ts";
import { loadImages, World } from "./world.ts";

// Engines do one thing after the other: what waits in line on a busy machine waits long.
vi.setConfig({ testTimeout: 180_000 });

const ENGINES = [
  { name: hasDockerd ? "Docker" : "Docker (skipped: no dockerd, or not root)", has: hasDockerd, start: startDockerd },
  { name: hasPodman ? "Podman" : "Podman (skipped: no podman, or not root)", has: hasPodman, start: startPodman },
];

test("there is a case for every number", () => {
  expect(CASES.map(({ number }) => number)).toEqual(Array.from({ length: 72 }, (_, index) => index + 1));
});

describe.each(ENGINES)("spin-docker's interface over $name", ({ name, has, start }) => {
  let engine: TestEngine;
  beforeAll(async () => {
    if (!has) return;
    engine = await start();
    await loadImages(engine);
  });
  afterAll(async () => engine?.stop());

  const cases = name.startsWith("Docker") || !hasDockerd ? CASES : CASES.filter((one) => !ENGINE_FREE.has(one.number));
  test.skipIf(!has).concurrent.each(cases)("$number: $title", async ({ run, settings }) => {
    const world = await World.open(engine, settings());
    try {
      await run(world);
    } finally {
      await world.close();
    }
  });
});
