// What befalls nodes: a prolog that runs twice, slurmd that dies between prolog and epilog, jobs in crowds. Nothing may stay.

import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BERTH } from "../support/slurm-plugin.ts";
import { obstacle, openSite, type Site } from "./site.ts";

const SHIFTER = join(dirname(BERTH), "shifter");
const IMAGE = "--image=docker:lab/tool:1";

describe.skipIf(obstacle)(`nodes that run jobs with images [${obstacle ?? "on a cluster"}]`, () => {
  let site: Site;
  let id: string;
  beforeAll(async () => {
    site = await openSite();
    id = await site.image("lab/tool:1", [{ path: "version", content: "one\n" }]);
  });
  afterAll(() => site?.stop());
  afterEach(async () => {
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
  });

  const submit = (flags: readonly string[], ...lines: string[]) =>
    site.cluster.jobs.submit(flags, ["#!/bin/sh", ...lines, ""].join("\n"), { env: site.env });
  const appears = (name: string) =>
    expect.poll(() => existsSync(join(site.cluster.folder, name)), { timeout: 20_000 }).toBe(true);
  const go = (name: string) => {
    const path = join(site.cluster.folder, name);
    writeFileSync(path, "");
    chmodSync(path, 0o644);
  };
  const states = async () => (await site.cluster.run(["sinfo", "-h", "-o", "%T"])).stdout.trim();

  test("a prolog that runs twice changes nothing for the job", async () => {
    const [node] = site.cluster.nodes;
    if (!node) throw new Error("no node");
    const wait = `touch twice-1; while [ ! -e twice-2 ]; do sleep 0.1; done`;
    const job = await submit(
      [IMAGE, "-w", node.name],
      `${SHIFTER} sh -c '${wait}; cat /version'`,
      `${SHIFTER} cat /version`,
    );
    await appears("twice-1");
    const variables = [
      `SPANK_SHIFTER_IMAGE=${id}`,
      "SPANK_SHIFTER_IMAGETYPE=id",
      "SPANK_SHIFTER_IMAGEREQUEST=docker:lab/tool:1",
    ];
    const slurm = [
      "SLURM_JOB_CPUS_PER_NODE=1",
      `SLURM_NODELIST=${node.name}`,
      `SLURM_JOB_GID=${site.cluster.user.gid}`,
    ];
    const flags = [`--uid=${site.cluster.user.uid}`, `--job=${job}`, `--node-dir=${site.nodeDir(1)}`];
    const config = `--config=${join(site.cluster.dir, "udiRoot.conf")}`;
    node.enter("env", ...variables, ...slurm, BERTH, "slurm", "prolog", ...flags, config);
    go("twice-2");
    expect(await site.cluster.jobs.ended(job)).toMatchObject({ status: 0, stdout: "one\none\n" });
  });

  test("a node whose slurmd dies during a job is clean again when it is back", async () => {
    const [, node] = site.cluster.nodes;
    if (!node) throw new Error("no node");
    const job = await submit([IMAGE, "-w", node.name, "--no-requeue"], `${SHIFTER} sh -c 'touch crash; sleep 600'`);
    await appears("crash");
    expect(site.setups(2)).toEqual([`${site.cluster.user.uid}.${job}`]);
    await node.crash();
    await site.cluster.run(["scancel", job]);
    node.start();
    await site.cluster.jobs.ended(job);
    await site.cluster.quiet();
    await expect.poll(states, { timeout: 20_000 }).not.toMatch(/drain|down/);
    expect(site.setups(2)).toEqual([]);
  });

  test("what a node that failed has left of a job goes before another job gets the same number", async () => {
    const [, , node] = site.cluster.nodes;
    if (!node) throw new Error("no node");
    const next = Number(await submit(["--hold", "-w", node.name, IMAGE], `${SHIFTER} cat /version`));
    const { uid, gid } = site.cluster.user;
    const words = [`--uid=${uid}`, `--gid=${gid}`, `--job=${next}`, `--image=id:${id}`, "--volume=/tmp:/elsewhere"];
    const places = [`--node-dir=${site.nodeDir(3)}`, `--config=${join(site.cluster.dir, "udiRoot.conf")}`];
    node.enter("mkdir", "-p", site.nodeDir(3));
    node.enter(BERTH, "node", "setup", ...words, ...places);
    await site.cluster.run(["scontrol", "release", String(next)]);
    expect(await site.cluster.jobs.ended(String(next))).toMatchObject({ status: 0, stdout: "one\n" });
  });

  test("two hundred short jobs leave nothing", { timeout: 240_000 }, async () => {
    const out = join(site.cluster.folder, "crowd-%a");
    await submit([IMAGE, "--array=1-200", "-o", out], `${SHIFTER} cat /version`);
    await site.cluster.quiet();
    const done = readdirSync(site.cluster.folder).filter((name) => name.startsWith("crowd-"));
    expect(done).toHaveLength(200);
    expect(await states()).not.toMatch(/drain|down/);
  });
});
