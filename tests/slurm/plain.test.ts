// Jobs with images on a cluster without the plugin: prolog, epilog and task prolog are scripts, and the job says what it wants in
// its comment.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BERTH } from "../support/slurm-plugin.ts";
import { obstacle, openSite, type Site } from "./site.ts";

const SHIFTER = join(dirname(BERTH), "shifter");
const SCRIPTS = join(import.meta.dirname, "../../packaging/slurm");

// The site's own words before berth's script: where things are on this cluster.
function script(name: string): string {
  const site = 'export BERTH_NODE_DIR="%d/nodes/$SLURMD_NODENAME" BERTH_UDIROOT=%d/udiRoot.conf';
  const [first, ...rest] = readFileSync(join(SCRIPTS, name), "utf8").split("\n");
  return [first, `export BERTH=${BERTH}`, site, ". %d/munge-socket", ...rest].join("\n");
}

describe.skipIf(obstacle)(`a cluster without the plugin [${obstacle ?? "on a cluster"}]`, () => {
  let site: Site;
  let id: string;
  beforeAll(async () => {
    const files = {
      prolog: script("prolog"),
      epilog: script("epilog"),
      "task-prolog": script("task-prolog"),
      "munge-socket": "",
    };
    const lines = ["Prolog=%d/prolog", "Epilog=%d/epilog", "TaskProlog=%d/task-prolog"];
    site = await openSite({ plain: true, cluster: { nodes: 2, files, lines } });
    id = await site.image("lab/tool:1", [{ path: "version", content: "one\n" }]);
  });
  afterAll(() => site?.stop());
  afterEach(async () => {
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
    expect((await site.cluster.run(["sinfo", "-h", "-o", "%T"])).stdout).not.toMatch(/drain|down/);
  });

  // As the plugin would: the tasks know the place by the variable.
  const batch = (comment: string, ...lines: string[]) => {
    const place = `export BERTH_NODE_DIR=${site.cluster.dir}/nodes/$SLURMD_NODENAME`;
    return site.cluster.jobs.batch([`--comment=${comment}`], ["#!/bin/sh", place, ...lines, ""].join("\n"), {
      env: site.env,
    });
  };

  test("a job's comment names the image, and its tasks know it", async () => {
    const got = await batch(
      `a study; shifter --image=docker:lab/tool:1 --volume=${site.cluster.folder}:/in`,
      `${SHIFTER} cat /version`,
      `${SHIFTER} sh -c 'test -d /in && echo there'`,
      "echo $SHIFTER_IMAGE",
      "ls $BERTH_NODE_DIR/$(id -u).$SLURM_JOB_ID | grep -c prepared",
    );
    expect(got).toMatchObject({ status: 0, stderr: "", stdout: `one\nthere\n${id}\n1\n` });
  });

  test("a job with another comment, or none, is left alone", async () => {
    expect(await batch("about shifters", "ls $BERTH_NODE_DIR | wc -l")).toMatchObject({ status: 0, stdout: "0\n" });
  });

  test.each([
    ["an image that is not there", "shifter --image=docker:lab/none:1", "there is no image docker:lab/none:1"],
    ["a volume over a system path", "shifter --image=docker:lab/tool:1 --volume=/tmp:/etc", "Invalid Volume Map"],
    ["an option that a comment cannot have", "shifter --image=docker:lab/tool:1 --entrypoint", "is none of --image="],
  ])("%s ends the job with a reason", async (_, comment, why) => {
    const got = await batch(comment, "echo ran");
    expect(got.status).not.toBe(0);
    expect(got.stdout).toContain(why);
    expect(got.stdout).not.toContain("ran\n");
  });
});
