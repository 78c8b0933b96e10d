// What a machine demands of images is asked also by a launch on a node that nobody has set up for it.

import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileMark } from "../../src/gate/file-mark.ts";
import { writeStatement } from "../../src/gate/statement.ts";
import type { Verdict } from "../../src/gate/types.ts";
import { IMAGES, obstacle, openWorld, type World } from "./world.ts";

const absent = obstacle();

describe.skipIf(absent)(`shifter on a machine with demands on images${absent ? ` [${absent}]` : ""}`, () => {
  let world: World;
  beforeAll(() => {
    world = openWorld();
    mkdirSync(world.place("config"));
  });
  afterAll(() => world?.close());

  const launched = (demands: object) => {
    writeFileSync(world.place("config/image-policy.json"), JSON.stringify(demands));
    return world.shifter(["echo", "ran"], { env: { BERTH_CONFIGDIR: world.place("config") } });
  };
  const image = () => realpathSync(world.place(`images/${IMAGES.plain}.squashfs`));

  test("refuses what nobody has judged, and what lies elsewhere", () => {
    const { status, out, err } = launched({ verdicts: "enforce" });
    expect([status, out]).toEqual([1, ""]);
    expect(err).toMatch(/^shifter: .*may not run here: nobody has judged it\nshifter: have it judged/);
    const elsewhere = launched({ folders: [world.place("site")] });
    expect([elsewhere.status, elsewhere.err]).toEqual([1, expect.stringContaining("images of this machine lie below")]);
    expect(launched({ verdicts: "warn" })).toMatchObject({ status: 0, out: "ran" });
  });

  test("runs what was accepted, and refuses it from the moment that its verdict does", async () => {
    const beside = `${image()}.verdict.json`;
    const verdict: Verdict = {
      ...{ schema: 1, digest: `sha256:${"a".repeat(64)}`, name: "x", result: "accepted", judgedAt: 1 },
      ...{ policy: { profile: "nccs", hash: "h" }, advisories: undefined, engines: [], signatures: [] },
      ...{ findings: [], createdAt: undefined, file: await fileMark(image()) },
      counts: { error: 0, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 },
    };
    writeFileSync(beside, writeStatement(verdict, undefined));
    expect(launched({ verdicts: "enforce" })).toMatchObject({ status: 0, out: "ran", err: "" });
    writeFileSync(beside, writeStatement({ ...verdict, result: "refused" }, undefined));
    expect(launched({ verdicts: "enforce" })).toMatchObject({ status: 1, err: expect.stringContaining("refuse it") });
    rmSync(beside);
  });
});
