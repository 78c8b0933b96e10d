// The install script, on a build folder of stand-ins: what lands where, with which modes, and what it refuses.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const PACKAGING = join(import.meta.dirname, "../../packaging");

const NODE = ["shifter", "berth-node", "berth-task"];
const HELPERS = ["berth-main", "berth-launch", "berth-join", "berth-mount", "berth-pack", "berth-relay"];

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-packaging-"));
  mkdirSync(join(work, "build"));
  for (const name of ["berth", ...HELPERS, ...NODE]) {
    writeFileSync(join(work, "build", name), `#!/bin/sh\necho ${name} "$0"\n`);
    chmodSync(join(work, "build", name), 0o755);
  }
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const install = (prefix: string, build = join(work, "build"), env: Readonly<Record<string, string>> = {}) =>
  spawnSync("sh", [join(PACKAGING, "install.sh"), prefix, build], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
const mode = (path: string): number => statSync(path).mode & 0o7777;

test("the programs land below the prefix, executable and not setuid, and a second time over the first", () => {
  const prefix = join(work, "a");
  expect(install(prefix).status).toBe(0);
  expect(install(prefix).status).toBe(0);
  for (const path of ["bin/berth", ...HELPERS.map((name) => `libexec/berth/${name}`)])
    expect(mode(join(prefix, path))).toBe(0o755);
  expect(readlinkSync(join(prefix, "bin/run-singularity"))).toBe("berth");
  expect(existsSync(join(prefix, "bin/shifter"))).toBe(false);
});

test("a node gets the names that jobs and prologs call, which lead to what is installed", () => {
  const prefix = join(work, "node");
  const install = join(PACKAGING, "install.sh");
  // With the umask that careful administrators have.
  const careful = ["-c", 'umask 077; exec sh "$@"', "sh", install, "--node", prefix, join(work, "build")];
  expect(spawnSync("sh", careful).status).toBe(0);
  for (const path of ["", "bin", "libexec/berth", "sbin", "share/man/man1"])
    expect(mode(join(prefix, path))).toBe(0o755);
  expect(spawnSync("sh", [install, "--node", prefix, join(work, "build")]).status).toBe(0);
  for (const path of ["bin/shifter", "libexec/berth/berth-node", "libexec/berth/berth-task"])
    expect(mode(join(prefix, path))).toBe(0o755);
  for (const path of ["bin/shifterimg", "sbin/setupRoot", "sbin/unsetupRoot"])
    expect(realpathSync(join(prefix, path))).toBe(join(prefix, "bin/berth"));
  rmSync(join(work, "build/shifter"));
  const without = spawnSync("sh", [install, "--node", join(work, "d"), join(work, "build")], { encoding: "utf8" });
  expect(without).toMatchObject({ status: 1, stderr: expect.stringMatching(/shifter is missing/) });
  expect(existsSync(join(work, "d"))).toBe(false);
});

test("a server gets its modules, its pages and its units, as a whole, and a second time over the first", () => {
  const [prefix, build] = [join(work, "server"), join(work, "build")];
  const server = () =>
    spawnSync("sh", [join(PACKAGING, "install.sh"), "--server", prefix, build], { encoding: "utf8" });
  expect(server()).toMatchObject({ status: 1, stderr: expect.stringMatching(/modules is missing/) });
  for (const [folder, name] of [
    ["modules", "main.js"],
    ["web", "index.html"],
  ] as const) {
    mkdirSync(join(build, folder));
    writeFileSync(join(build, folder, name), name);
  }
  expect(server().status).toBe(0);
  writeFileSync(join(prefix, "libexec/berth/modules/of-before.js"), "");
  expect(server().status).toBe(0);
  expect(existsSync(join(prefix, "libexec/berth/modules/of-before.js"))).toBe(false);
  expect(readFileSync(join(prefix, "libexec/berth/web/index.html"), "utf8")).toBe("index.html");
  for (const unit of ["berth-gateway", "berth-services"]) {
    const text = readFileSync(join(prefix, `lib/systemd/system/${unit}.service`), "utf8");
    expect(text).toContain(`ExecStart=${prefix}/bin/berth serve`);
    expect(text).not.toContain("/usr/local/");
  }
});

test("a real run-singularity of the prefix is left alone", () => {
  const prefix = join(work, "b");
  mkdirSync(join(prefix, "bin"), { recursive: true });
  writeFileSync(join(prefix, "bin/run-singularity"), "theirs");
  expect(install(prefix).status).toBe(0);
  expect(readFileSync(join(prefix, "bin/run-singularity"), "utf8")).toBe("theirs");
});

test("DESTDIR stands before the prefix", () => {
  expect(install("/opt/berth", join(work, "build"), { DESTDIR: join(work, "stage") }).status).toBe(0);
  expect(existsSync(join(work, "stage/opt/berth/bin/berth"))).toBe(true);
});

test("a build that is not complete, or a relative prefix, is refused before anything is written", () => {
  expect(install(join(work, "c"), join(work, "nothing"))).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/is missing/),
  });
  expect(existsSync(join(work, "c"))).toBe(false);
  expect(install("relative")).toMatchObject({ status: 1, stderr: expect.stringMatching(/absolute/) });
});

test("the AppArmor installer refuses a launcher that is not there, or that others could replace", () => {
  const folder = join(work, "open");
  mkdirSync(folder);
  const ran = spawnSync("sh", [join(PACKAGING, "apparmor/install.sh"), folder], { encoding: "utf8" });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/no berth-launch|only root/);
});
