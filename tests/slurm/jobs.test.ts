// Jobs with images on a cluster of three nodes, submitted by an ordinary user.

import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BERTH } from "../support/slurm-plugin.ts";
import { obstacle, openSite, type Site } from "./site.ts";

const SHIFTER = join(dirname(BERTH), "shifter");

describe.skipIf(obstacle)(`jobs with images [${obstacle ?? "on a cluster"}]`, () => {
  let site: Site;
  let id: string;
  beforeAll(async () => {
    site = await openSite();
    id = await site.image("lab/tool:1", [{ path: "version", content: "one\n" }]);
  });
  afterAll(() => site?.stop());

  const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    site.cluster.run(argv, { env: { ...site.env, ...env } });
  const batch = (flags: readonly string[], ...lines: string[]) =>
    site.cluster.batch(flags, ["#!/bin/sh", ...lines, ""].join("\n"), { env: site.env });

  test("a batch script calls shifter without naming the image again", async () => {
    const got = await batch(["--image=docker:lab/tool:1"], `${SHIFTER} cat /version`, "env | grep SHIFTER | sort");
    expect(got.stderr).toBe("");
    expect(got.stdout).toContain("one\n");
    expect(got.stdout).toContain(`SHIFTER_IMAGE=${id}\n`);
    expect(got.stdout).toContain(`SLURM_SPANK_SHIFTER_IMAGE=${id}\n`);
    expect(got.status).toBe(0);
  });
});
