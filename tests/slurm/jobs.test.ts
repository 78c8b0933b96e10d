// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// Jobs with images on a cluster of three nodes, by sbatch, salloc and srun, submitted by an ordinary user.

import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BERTH } from "../support/slurm-plugin.ts";
import { obstacle, openSite, type Site } from "./site.ts";

const SHIFTER = join(dirname(BERTH), "shifter");
const IMAGE = "--image=docker:lab/tool:1";

describe.skipIf(obstacle)(`jobs with images [${obstacle ?? "on a cluster"}]`, () => {
  let site: Site;
  let id: string;
  beforeAll(async () => {
    site = await openSite({ conf: ["module_extra_siteEnv=EXTRA=yes"] });
    const config = { Entrypoint: ["/bin/echo", "entered"], WorkingDir: "/var" };
    id = await site.image("lab/tool:1", [{ path: "version", content: "one\n" }], config);
  });
  afterAll(() => site?.stop());
  afterEach(async () => {
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
  });

  const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    site.cluster.run(argv, { env: { ...site.env, ...env } });
  const script = (lines: readonly string[]) => ["#!/bin/sh", ...lines, ""].join("\n");
  const batch = (flags: readonly string[], ...lines: string[]) =>
    site.cluster.jobs.batch(flags, script(lines), { env: site.env });
  const submit = (flags: readonly string[], ...lines: string[]) =>
    site.cluster.jobs.submit(flags, script(lines), { env: site.env });
  const folder = (name: string) => {
    const path = join(site.cluster.folder, name);
    mkdirSync(path, { recursive: true });
    chownSync(path, site.cluster.user.uid, site.cluster.user.gid);
    return path;
  };

  test("a batch script calls shifter without naming the image again", async () => {
    const got = await batch([IMAGE], `${SHIFTER} cat /version`, "env | grep SHIFTER_ | sort");
    expect(got).toMatchObject({ status: 0, stderr: "" });
    expect(got.stdout.split("\n")).toEqual([
      "one",
      `SHIFTER_IMAGE=${id}`,
      "SHIFTER_IMAGEREQUEST=docker:lab/tool:1",
      "SHIFTER_IMAGETYPE=id",
      `SLURM_SPANK_SHIFTER_IMAGE=${id}`,
      "SLURM_SPANK_SHIFTER_IMAGEREQUEST=docker:lab/tool:1",
      "SLURM_SPANK_SHIFTER_IMAGETYPE=id",
      "",
    ]);
  });

  test("without the submitter's variables Slurm's own are enough", async () => {
    const got = await batch([IMAGE, "--export=NONE"], "echo ${SHIFTER_IMAGE-none}", `${SHIFTER} cat /version`);
    expect(got).toMatchObject({ status: 0, stdout: "none\none\n" });
  });

  test("steps on several nodes see the job's hosts, once for each processor", async () => {
    const got = await run(["srun", IMAGE, "-N2", "--ntasks-per-node=2", "-o", "none", "true"]);
    expect(got.status).toBe(0);
    const hosts = await batch([IMAGE, "-N2", "--ntasks-per-node=3"], `srun -N2 -n2 ${SHIFTER} cat /var/hostsfile`);
    const names = site.cluster.nodes.slice(0, 2).map(({ name }) => name);
    const each = names.flatMap((name) => [name, name, name]);
    expect(hosts.stdout.trim().split("\n").toSorted()).toEqual([...each, ...each].toSorted());
  });

  test("an allocation's steps share what was set up", async () => {
    const steps = `srun ${SHIFTER} cat /version; srun ${SHIFTER} sh -c 'echo $SLURM_STEP_ID'`;
    const got = await run(["salloc", IMAGE, "-N2", "sh", "-c", steps]);
    expect(got).toMatchObject({ status: 0, stdout: "one\none\n1\n1\n" });
  });

  test("volumes add up, modules and shifterConfig.json are as asked", async () => {
    const [a, b] = [folder("a"), folder("b")];
    writeFileSync(join(a, "file"), "of a\n");
    const volumes = [`--volume=${a}:/in/a:ro`, `--volume=${b}:/in/b`];
    const words = [SHIFTER, "sh", "-c", "cat /in/a/file /var/shifterConfig.json; echo; echo $EXTRA; touch /in/b/x"];
    const got = await run(["srun", IMAGE, ...volumes, "--module=extra", ...words]);
    expect(got).toMatchObject({ status: 0, stderr: "" });
    const config = {
      identifier: id,
      user: site.cluster.user.name,
      volMap: `${a}:/in/a:ro;${b}:/in/b`,
      modules: "extra,",
    };
    expect(got.stdout).toBe(`of a\n${JSON.stringify(config)}\nyes\n`);
    expect(existsSync(join(b, "x"))).toBe(true);
  });

  test("the parts of a heterogeneous job share their image", async () => {
    const [one = "", two = ""] = site.cluster.nodes.map(({ name }) => name);
    const got = await run([
      "srun",
      "-w",
      one,
      IMAGE,
      SHIFTER,
      "cat",
      "/version",
      ":",
      "-w",
      two,
      SHIFTER,
      "cat",
      "/version",
    ]);
    expect(got).toMatchObject({ status: 0, stdout: "one\none\n" });
    const other = await run(["srun", "-w", one, IMAGE, "true", ":", "-w", two, "--image=id:other", "true"]);
    expect(other).toMatchObject({ status: 255, stderr: expect.stringContaining("share their image") });
  });

  test("no JavaScript is started between a task and its program", async () => {
    const trace = join(folder("trace"), "out");
    const strace = `strace -f -qq -e trace=execve -e signal=none -o ${trace}`;
    const got = await batch([IMAGE], `${strace} ${SHIFTER} true`);
    expect(got).toMatchObject({ status: 0, stderr: "" });
    const started = [...readFileSync(trace, "utf8").matchAll(/execve(?:at)?\((?:\d+, )?"([^"]*)".* = 0$/gm)];
    expect(started.map(([, path = ""]) => path.split("/").at(-1))).toEqual(["shifter", "true"]);
  });

  test("each task of an array has its own set-up", async () => {
    const out = folder("array");
    const job = await submit([IMAGE, "--array=1-6", `--output=${out}/%a`], `${SHIFTER} sh -c 'cat /version; pwd'`);
    await site.cluster.quiet();
    for (const at of [1, 2, 3, 4, 5, 6])
      expect(readFileSync(join(out, String(at)), "utf8")).toBe(`one\n${site.cluster.folder}\n`);
    expect(job).toMatch(/^\d+$/);
  });

  test("a submission holds its image in the gateway", async () => {
    await run(["sbatch", IMAGE, "--wrap=true"]);
    const variables = { BERTH_GATEWAY: site.gateway.url, BERTH_SYSTEM: "cluster" };
    const { stdout } = await run([BERTH, "gateway", "pins", "--json"], variables);
    const held = { imageId: id, holder: `jobs:${site.cluster.user.name}`, until: expect.any(Number) };
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining(held));
  });

  test("an image that is pulled again while the job waits stays the one that was submitted", async () => {
    const moving = (content: string) => site.image("lab/moving:1", [{ path: "version", content }]);
    const old = await moving("old\n");
    const job = await submit(["--image=docker:lab/moving:1", "--hold"], `${SHIFTER} cat /version`);
    // The gateway takes an image that it has just pulled for the newest.
    await expect.poll(() => moving("new\n"), { timeout: 20_000 }).not.toBe(old);
    await run(["scontrol", "release", job]);
    expect(await site.cluster.jobs.ended(job)).toMatchObject({ status: 0, stdout: "old\n" });
    expect(await batch(["--image=docker:lab/moving:1"], `${SHIFTER} cat /version`)).toMatchObject({ stdout: "new\n" });
  });

  test("a job uses a second image where the site lets users read images", async () => {
    await site.image("lab/other:1", [{ path: "version", content: "other\n" }]);
    site.openImages();
    const second = `${SHIFTER} --image=docker:lab/other:1 cat /version`;
    const got = await batch(
      [IMAGE],
      `${SHIFTER} cat /version`,
      second,
      `srun --image=lab/other:1 ${SHIFTER} cat /version`,
    );
    expect(got).toMatchObject({ status: 0, stdout: "one\nother\nother\n" });
  });

  test("a cancelled job leaves nothing, not even what it had put aside", async () => {
    const job = await submit(
      [IMAGE],
      `${SHIFTER} sh -c 'touch ${folder("cancel")}/started; sleep 600' &`,
      "setsid sleep 601 & wait",
    );
    await expect.poll(() => existsSync(join(site.cluster.folder, "cancel/started")), { timeout: 20_000 }).toBe(true);
    await run(["scancel", job]);
    await site.cluster.quiet();
    expect((await run(["pgrep", "-f", "^sleep 60[01]"])).stdout).toBe("");
  });

  describe("tasks that run in the image", () => {
    test("by its entrypoint", async () => {
      expect(await run(["srun", IMAGE, "--entrypoint", "well"])).toMatchObject({ status: 0, stdout: "entered well\n" });
    });

    test("as users of pyxis ask for it", async () => {
      const home = `--container-mounts=${folder("mine")}:/mine:rw+rprivate`;
      const words = ["--container-image=lab/tool:1", "--container-workdir=/mine", home];
      const got = await run(["srun", "-n2", ...words, "sh", "-c", "pwd; cat /version; env | grep BERTH_TASK; exit 4"]);
      expect(got.status).toBe(4);
      expect(got.stdout.split("\n").toSorted()).toEqual(["", "/mine", "/mine", "one", "one"]);
    });

    test("in a job whose script stays outside", async () => {
      const got = await batch(
        ["--container-image=lab/tool:1"],
        "cat /version",
        "srun cat /version",
        "BERTH_TASK= srun cat /version",
      );
      expect(got.stdout).toBe("one\n");
      expect(got.stderr.match(/version: No such file/g)).toHaveLength(2);
    });
  });

  test.each([
    ["an image that is not there", ["--image=docker:lab/none:1"], "there is no image docker:lab/none:1"],
    ["volumes without an image", ["--volume=/a:/b"], "no image is named"],
    ["a volume over a system path", [IMAGE, "--volume=/tmp:/etc"], "Invalid Volume Map: /tmp:/etc"],
    ["a module that is not there", [IMAGE, "--module=none-such"], "Unknown shifter module: none-such"],
    ["a container with a name", ["--container-image=lab/tool:1", "--container-name=x"], "nothing of it is kept"],
    ["an image as a file", ["--container-image=/tmp/x.sqsh"], "is a file"],
  ])("%s is refused before anything is queued", async (_, flags, why) => {
    for (const program of [["srun"], ["salloc"], ["sbatch", "--wrap=true"]]) {
      const got = await run([...program, ...flags, ...(program.length > 1 ? [] : ["true"])]);
      expect(got).toMatchObject({ status: 255, stdout: "", stderr: expect.stringContaining(why) });
    }
    expect((await run(["squeue", "-h"])).stdout).toBe("");
  });
});
