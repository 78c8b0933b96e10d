import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProgramAgent } from "./base.ts";
import { bootstrapStep } from "./bootstrap-program.ts";
import { readRecipe } from "./recipe.ts";
import { fakeJob } from "./testing.ts";

let tools: string;
beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), "berth-tools-"));
  // What stands for the programs says how it was called.
  for (const name of ["mmdebstrap", "dnf", "zypper"]) {
    writeFileSync(join(tools, name), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    chmodSync(join(tools, name), 0o755);
  }
});
afterAll(() => rmSync(tools, { recursive: true, force: true }));

function step(agent: ProgramAgent, headers: string) {
  const [stage] = readRecipe(fakeJob(`Bootstrap: ${agent}\n${headers}\n`));
  if (!stage) throw new Error("no stage");
  const environment = { PATH: `${tools}:/usr/bin:/bin` };
  return bootstrapStep(stage, agent, { architecture: "arm64", environment, say: () => {} });
}

describe("a system of packages", () => {
  test("is made by mmdebstrap as a stream that its headers name", async () => {
    const made = step("debootstrap", "OSVersion: trixie\nMirrorURL: http://m/debian\nInclude: less, vim nano");
    if (made.kind !== "tar") throw new Error("a stream");
    const words = [
      ...["--mode=root", "--format=tar", "--variant=minbase", "--arch=arm64", "--include=less,vim,nano"],
      ...["trixie", "-", "http://m/debian"],
    ];
    expect(JSON.parse(made.identity)).toEqual(words);
    expect((await text(await made.open(new AbortController().signal))).trimEnd().split("\n")).toEqual(words);
  });

  test("is made by dnf in the mounted state", () => {
    const made = step("dnf", "OSVersion: 9\nMirrorURL: http://m/%{OSVERSION}/os\nInclude: less");
    if (made.kind !== "host") throw new Error("a program of the host");
    expect(made.argv.slice(4)).toEqual([
      ...[join(tools, "dnf"), "-y", "--nogpgcheck", "--setopt=install_weak_deps=False", "--setopt=reposdir=/dev/null"],
      ...["--releasever=9", "--repofrompath=berth-base,http://m/9/os", "--repo=berth-base", "install"],
      ...["/etc/redhat-release", "coreutils", "less"],
    ]);
    expect(made.env["APPTAINER_ROOTFS"]).toBe("{root}");
  });

  test("is made by zypper in the mounted state", () => {
    const made = step("zypper", "MirrorURL: http://m\nInclude: vim");
    if (made.kind !== "host") throw new Error("a program of the host");
    expect(made.argv.slice(4)).toEqual([join(tools, "zypper"), "http://m", "aaa_base", "vim"]);
  });
});
