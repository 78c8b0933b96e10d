// What packaging adds for the gateway: the installed modules, and a unit that systemd takes.

import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const PACKAGING = join(import.meta.dirname, "../../packaging");
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

let work: string;
let prefix: string;
let status: number | null;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "berth-server-packaging-"));
  const build = join(work, "build");
  await mkdir(join(build, "modules"), { recursive: true });
  await writeFile(join(build, "modules", "main.js"), "");
  await mkdir(join(build, "web"));
  await writeFile(join(build, "web", "index.html"), "");
  for (const name of [
    "berth",
    "berth-main",
    "berth-launch",
    "berth-join",
    "berth-mount",
    "berth-pack",
    "berth-relay",
  ]) {
    await writeFile(join(build, name), "#!/bin/sh\n");
    await chmod(join(build, name), 0o755);
  }
  prefix = join(work, "prefix");
  status = spawnSync("sh", [join(PACKAGING, "install.sh"), "--server", prefix, build], { encoding: "utf8" }).status;
});
afterAll(() => rm(work, { recursive: true, force: true }));

describe("install.sh --server", () => {
  test("brings the modules, the pages and a unit that calls the installed program", async () => {
    expect(status).toBe(0);
    await readFile(join(prefix, "libexec/berth/modules/main.js"));
    await readFile(join(prefix, "libexec/berth/web/index.html"));
    const unit = await readFile(join(prefix, "lib/systemd/system/berth-gateway.service"), "utf8");
    expect(unit).toContain(`ExecStart=${prefix}/bin/berth serve`);
  });

  test.skipIf(!hasSystemd)("brings a unit that systemd finds nothing wrong with (skipped without systemd)", () => {
    const unit = join(prefix, "lib/systemd/system/berth-gateway.service");
    const { stderr, status } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test.skipIf(!hasSystemd)("brings a unit whose exposure systemd calls low (skipped without systemd)", () => {
    const unit = join(prefix, "lib/systemd/system/berth-gateway.service");
    const words = ["security", "--offline=true", "--threshold=20", unit];
    expect(spawnSync("systemd-analyze", words, { encoding: "utf8" }).status).toBe(0);
  });
});
