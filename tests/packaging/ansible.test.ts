// The Ansible role, applied for real to a copy of this machine that is thrown away: as a dry run, then in earnest, then again.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, installed } from "../support/ordinary-user.ts";
import { type Ran, type ThrowAwayRoot, throwAwayRoot } from "./throw-away-root.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUILD = process.env["BERTH_BUILD"] ?? join(ROOT, "build");
const PYTHON_APT = "/usr/lib/python3/dist-packages/apt/__init__.py";
const absent = !AS_ROOT
  ? "root"
  : !installed("ansible-playbook")
    ? "ansible-core"
    : ([PYTHON_APT, "/usr/sbin/slurmd", join(BUILD, "shifter")].find((path) => !existsSync(path)) ?? "");

// Installed before: reading the large package again and again would take most of the time.
const PLAY = {
  hosts: "localhost",
  connection: "local",
  gather_facts: false,
  roles: [{ role: "/mnt/ansible/roles/berth_node" }],
  vars: {
    ...{ berth_package_dir: "/mnt/packages", berth_packages: [], berth_install_recommends: false },
    ...{ berth_require_fit: false, berth_plugstack_arguments: ["enable_sshd=1"] },
    berth_site: { client: { gateways: ["http://gateway:5000"], system: "cluster" }, node: { imageDir: "/images" } },
  },
};

describe.skipIf(absent)(`the Ansible role berth_node${absent ? ` [needs ${absent}]` : ""}`, () => {
  let work: string;
  let root: ThrowAwayRoot;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-role-"));
    const env = { PATH: `${process.env["PATH"]}:/usr/sbin`, BERTH_DEB_COMPRESSION: "none" };
    const built = spawnSync("sh", [join(ROOT, "packaging/debian/build.sh"), join(work, "packages"), BUILD], { env });
    expect(built.status).toBe(0);
    cpSync(join(ROOT, "packaging/ansible"), join(work, "ansible"), { recursive: true });
    root = await throwAwayRoot(work);
    expect(root.run(["sh", "-c", "dpkg -i /mnt/packages/berth_*.deb"]).status).toBe(0);
  });
  afterAll(async () => {
    await root?.stop();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  function play(vars: Readonly<Record<string, unknown>> = {}, ...words: readonly string[]): Ran {
    writeFileSync(join(work, "play.json"), JSON.stringify([{ ...PLAY, vars: { ...PLAY.vars, ...vars } }]));
    const env = ["ANSIBLE_PIPELINING=1", "ANSIBLE_NOCOLOR=1", "ANSIBLE_LOCALHOST_WARNING=0"];
    return root.run(["env", ...env, "ansible-playbook", "-i", "localhost,", "/mnt/play.json", ...words]);
  }
  const changes = ({ stdout }: Ran): number => Number(/\bchanged=(\d+)/.exec(stdout)?.[1]);
  const text = (path: string): string => root.run(["cat", path]).stdout;
  const site = () => root.written().filter((path) => path.startsWith("/etc/berth") || path.endsWith("berth.conf"));

  test("changes nothing in a dry run", () => {
    const ran = play({}, "--check");
    expect(ran, ran.stdout).toMatchObject({ status: 0 });
    expect(changes(ran)).toBeGreaterThan(3);
    expect(site()).toEqual([]);
  });

  test("installs, configures, names the plugin, and has berth check what it wrote", () => {
    const ran = play();
    expect(ran, ran.stdout).toMatchObject({ status: 0 });
    expect(root.run(["dpkg-query", "--show", "berth-slurm"]).status).toBe(0);
    expect(root.run(["berth", "node", "check-config"]).stdout).toMatch(/imageDir\s+line \d+\s+\/images/);
    expect(text("/etc/slurm/plugstack.conf.d/berth.conf")).toMatch(/^required spank_berth\.so enable_sshd=1$/m);
    expect(text("/etc/slurm/plugstack.conf")).toMatch(/^include \/etc\/slurm\/plugstack\.conf\.d\/\*\.conf$/m);
    expect(root.run(["stat", "-c", "%a %U", "/run/berth-node"])).toMatchObject({ stderr: "", stdout: "711 root\n" });
  });

  test("changes nothing when everything is so already", () => {
    const ran = play();
    expect(ran, ran.stdout).toMatchObject({ status: 0 });
    expect(changes(ran)).toBe(0);
  });

  test("has Slurm call scripts that are there, the one for tasks among them", () => {
    expect(root.run(["sh", "-c", "echo ClusterName=x >/etc/slurm/slurm.conf"]).status).toBe(0);
    const ran = play({ berth_slurm: "scripts", berth_slurm_manage_conf: true });
    expect(ran, ran.stdout).toMatchObject({ status: 0 });
    const [, task = ""] = /^TaskProlog=(.*)$/m.exec(text("/etc/slurm/slurm.conf")) ?? [];
    for (const path of [task, "/etc/slurm/prolog.d/50-berth", "/etc/slurm/epilog.d/50-berth"])
      expect(root.run(["test", "-x", path]).status).toBe(0);
  });

  test("never puts a configuration in place that berth does not understand", () => {
    const before = text("/etc/berth/site.yaml");
    const ran = play({ berth_site: { node: { imageDirectory: "/images" } } });
    expect(ran).toMatchObject({ status: 2, stdout: expect.stringMatching(/imageDirectory/) });
    expect(text("/etc/berth/site.yaml")).toBe(before);
  });
});
