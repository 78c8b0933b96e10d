// Programs of MPI in images over the nodes of a real Slurm, by srun and PMI2: with the image's own MPICH and with the host's, which
// the site's module brings.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { obstacle as noSite, openSite, type Site } from "../slurm/site.ts";
import { BERTH } from "../support/slurm-plugin.ts";
import { mpichEntries, mpichTree, noMpich, RING, ranks, UCX } from "./trees.ts";

const SHIFTER = join(dirname(BERTH), "shifter");
const PMI2 = ["/usr/lib/x86_64-linux-gnu/slurm-wlm/mpi_pmi2.so", "/usr/lib/aarch64-linux-gnu/slurm-wlm/mpi_pmi2.so"];
const obstacle = noMpich ?? noSite ?? (PMI2.some((path) => existsSync(path)) ? undefined : "Slurm's PMI2 is needed");

describe.skipIf(obstacle)(`programs of MPI over several nodes [${obstacle ?? "a cluster"}]`, () => {
  let site: Site;
  let work: string;
  let tree: string;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-mpi-slurm-"));
    spawnSync("chmod", ["755", work]);
    tree = mpichTree();
    const host = join(work, "host");
    const from = "/usr/lib/x86_64-linux-gnu/libmpich.so.12";
    expect(spawnSync(BERTH, ["node", "prepare-mpi", "--from", from, "--to", host]).status).toBe(0);
    const module = join(work, "module.conf");
    const asked = ["doctor", "mpi", tree, "--host-mpi", host, "--module", module];
    expect(spawnSync(BERTH, asked).status).toBe(0);
    const lines = spawnSync("cat", [module], { encoding: "utf8" })
      .stdout.split("\n")
      .filter((line) => line.includes("="));
    site = await openSite({ conf: lines });
    await site.image("lab/ring:1", mpichEntries(tree));
  });
  afterAll(async () => {
    await site?.stop();
    for (const path of [work, tree]) if (path) rmSync(path, { recursive: true, force: true });
  });

  const srun = (...words: string[]) =>
    site.cluster.run(["srun", "--mpi=pmi2", "--image=docker:lab/ring:1", "-N3", "-n6", "-t1", ...words], {
      env: { ...site.env, ...UCX },
    });
  const all = Array.from({ length: 6 }, (_, rank) => [String(rank), "6", "15", "whole"]);

  test("use the image's own MPICH", async () => {
    const ran = await srun(SHIFTER, RING);
    const said = ranks(ran.stdout);
    expect(said.map(({ rank, size, sum, ring }) => [rank, size, sum, ring])).toEqual(all);
    expect(said.every(({ library }) => /^(?:\/usr)?\/lib\//.test(library ?? ""))).toBe(true);
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
  });

  test("use the host's MPICH with the module", async () => {
    const ran = await srun("--module=mpich", SHIFTER, RING);
    const said = ranks(ran.stdout);
    expect(said.map(({ rank, size, sum, ring }) => [rank, size, sum, ring])).toEqual(all);
    expect(new Set(said.map(({ library }) => library))).toEqual(
      new Set(["/opt/udiImage/modules/mpich/lib/libmpich.so.12"]),
    );
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
  });
});
