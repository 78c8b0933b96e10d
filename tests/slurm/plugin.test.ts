// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// The plugin's keys in plugstack.conf, and what becomes of jobs and daemons when berth does not do what it should.

import { existsSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HAS_FREEZER } from "../support/slurm-config.ts";
import { BERTH } from "../support/slurm-plugin.ts";
import { obstacle, openSite, type Site } from "./site.ts";

const IMAGE = "--shifter.image=docker:lab/tool:1";

// Stands for berth, and goes wrong at the place and in the way that a file names.
const FAULTY = `#!/bin/sh
place= fault=
[ ! -r %d/fault ] || read -r place fault <%d/fault
if [ "$2" = "$place" ]; then
  echo "words before the fault" >&2
  case $fault in
    hang) sleep 600 ;;
    die) kill -9 $$ ;;
    babble) echo PATH=/evil && exit 0 ;;
    flood) yes | head -c 5000000 >&2 && exit 1 ;;
  esac
fi
exec ${BERTH} "$@"
`;
const EXTERN = '#!/bin/sh\necho "$SLURM_JOB_UID $SLURM_JOB_ID $(id -u)" >>%d/outer-steps\n';
// A hook of the site's that leaves something running.
const HOOK = "sleep 613 </dev/null >/dev/null 2>&1 &\n";

describe.skipIf(obstacle)(`the plugin [${obstacle ?? "on a cluster"}]`, () => {
  let site: Site;
  const group = `/sys/fs/cgroup/freezer/berth-test-${process.pid}`;
  beforeAll(async () => {
    const keys = [
      "berth=%d/berth",
      "long_options",
      "enable_ccm=1",
      "timeout=3",
      "extern_setup=%d/extern",
      "no_such_key=1",
    ];
    const groups = HAS_FREEZER ? ["extern_cgroup=1", `memory_cgroup=${group}`] : [];
    if (HAS_FREEZER) mkdirSync(group);
    site = await openSite({
      keys: [...keys, ...groups],
      cluster: { nodes: 1, files: { berth: FAULTY, extern: EXTERN, hook: HOOK } },
      conf: ["module_left_roothook=%d/hook"],
    });
    for (const name of ["shifter", "berth-task"]) symlinkSync(join(dirname(BERTH), name), join(site.cluster.dir, name));
    await site.image("lab/tool:1", [{ path: "version", content: "one\n" }]);
  });
  afterAll(async () => {
    await site?.stop();
    const uid = site?.cluster.user.uid;
    for (const path of [`${group}/shifter/uid_${uid}`, `${group}/shifter`, group])
      if (existsSync(path)) rmdirSync(path);
  });
  afterEach(async () => {
    writeFileSync(join(site.cluster.dir, "fault"), "");
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
  });

  const run = (...argv: string[]) => site.cluster.run(argv, { env: site.env });
  const fails = (place: string, fault: string) => writeFileSync(join(site.cluster.dir, "fault"), `${place} ${fault}\n`);
  const state = async () => (await run("sinfo", "-h", "-o", "%T")).stdout.trim();
  const asRoot = (...argv: string[]) =>
    site.cluster.nodes[0]?.enter("env", `SLURM_CONF=${site.cluster.env["SLURM_CONF"]}`, ...argv) ?? "";
  const resume = () => asRoot("scontrol", "update", `nodename=${site.cluster.nodes[0]?.name}`, "state=resume");

  test("options have long names where the site wants them, and a key that is not known is told of", async () => {
    const got = await run("srun", IMAGE, "--shifter.entrypoint=/bin/cat", "/version");
    expect(got).toMatchObject({ status: 0, stdout: "one\n" });
    expect(got.stderr).toContain("plugstack.conf: not understood: no_such_key=1");
    expect((await run("srun", "--image=lab/tool:1", "true")).stderr).toContain("unrecognized option");
  });

  test("ccm runs tasks in the node's own files as the site dresses them", async () => {
    const got = await run("srun", "--ccm", "sh", "-c", "cat /var/shifterConfig.json; pwd; command -v srun");
    const config = { identifier: "/", user: site.cluster.user.name, volMap: "", modules: "" };
    expect(got).toMatchObject({
      status: 0,
      stdout: `${JSON.stringify(config)}${site.cluster.folder}\n/usr/bin/srun\n`,
    });
    expect(await run("srun", "--ccm", IMAGE, "true")).toMatchObject({ status: 255 });
  });

  test("the site's script runs as root in the outer step, before the first task", async () => {
    const got = await run("srun", IMAGE, "sh", "-c", `echo $SLURM_JOB_ID; cat ${site.cluster.dir}/outer-steps`);
    const [job = "", ...lines] = got.stdout.trim().split("\n");
    expect(lines).toContain(`${site.cluster.user.uid} ${job} 0`);
  });

  test.skipIf(!HAS_FREEZER)(
    "what a set-up starts moves into the outer step and ends with the job [needs cgroup v1]",
    async () => {
      const look = "grep freezer /proc/$(pgrep -f '^sleep 613')/cgroup";
      const got = await run("srun", IMAGE, "--shifter.module=left", "sh", "-c", look);
      expect(got.stdout).toContain("/step_extern");
      await site.cluster.quiet();
      expect((await run("pgrep", "-f", "^sleep 613")).stdout).toBe("");
    },
  );

  test.each([
    ["hang", "was ended after 3 s"],
    ["die", "words before the fault"],
    ["babble", "is not understood"],
    ["flood", "words before the fault"],
  ])("when berth fails at submission (%s), nothing is submitted", async (fault, words) => {
    fails("resolve", fault);
    const got = await run("sbatch", IMAGE, "--wrap=true");
    expect(got).toMatchObject({ status: 255, stdout: "", stderr: expect.stringContaining(words) });
  });

  test.each(["hang", "die"])(
    "when berth fails in the prolog (%s), the job does not run and the node leaves service",
    async (fault) => {
      fails("prolog", fault);
      const job = await site.cluster.jobs.submit([IMAGE], `#!/bin/sh\necho ran >${site.cluster.folder}/ran\n`, {
        env: site.env,
      });
      await expect.poll(state, { timeout: 20_000 }).toMatch(/^drain/);
      await run("scancel", job);
      await site.cluster.quiet();
      expect(existsSync(join(site.cluster.folder, "ran"))).toBe(false);
      fails("none", "none");
      resume();
      expect(await run("srun", "true")).toMatchObject({ status: 0 });
    },
  );

  test("an optional plugin that fails in the prolog ends the job with a word", async () => {
    const file = join(site.cluster.dir, "plugstack.conf");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/^required/m, "optional"));
    fails("prolog", "die");
    const got = await run("srun", IMAGE, "echo", "ran");
    await site.cluster.quiet();
    writeFileSync(file, text);
    expect(got).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("could not be set up") });
    expect(await state()).not.toContain("drain");
  });

  test("when berth fails in the epilog, the node leaves service and can be cleared", async () => {
    fails("epilog", "die");
    const got = await run("srun", IMAGE, "sh", "-c", "echo $SLURM_JOB_ID");
    await expect.poll(state, { timeout: 20_000 }).toMatch(/^drain/);
    expect(site.setups(1)).toContain(`${site.cluster.user.uid}.${got.stdout.trim()}`);
    const flags = [`--uid=${site.cluster.user.uid}`, `--job=${got.stdout.trim()}`, `--node-dir=${site.nodeDir(1)}`];
    const groups = HAS_FREEZER ? [`--memory-cgroup=${group}`] : [];
    asRoot(BERTH, "slurm", "epilog", ...flags, ...groups, `--config=${site.cluster.dir}/udiRoot.conf`);
    resume();
    expect(await run("srun", "true")).toMatchObject({ status: 0 });
  });

  test("slurmd has gone through all of it", () => {
    const [node] = site.cluster.nodes;
    expect(node?.log().match(/slurmd version .* started/g)).toHaveLength(1);
  });
});
