import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { plainEnvironment } from "./plain-environment.ts";

const BASE = ["PATH=/opt/bin:/bin", "A=1"];

describe("%environment for engines that read the configuration only", () => {
  test.each([
    ["export B=2", ["B=2"]],
    [`export B="a b" C='$A' D=$A/x`, ["B=a b", "C=$A", "D=1/x"]],
    ["B=2\nexport B", ["B=2"]],
    ["B=2", []],
    ["export PATH=/opt/conda/bin:$PATH # first", ["PATH=/opt/conda/bin:/opt/bin:/bin"]],
    ["export L=/opt/lib:$L", ["L=/opt/lib:"]],
    ["export B=$(date)\nexport C=$B", []],
    ["export B=$HOME/x", []],
    ["export HOME=/x LANG=C", []],
    [`export B="\${A:-x}"`, []],
    [". /opt/setup.sh\nexport B=2", ["B=2"]],
    ["if true; then\nexport B=2\nfi", []],
    ["B=2 command", []],
    ["export A=2", ["A=2"]],
    ["export A=`id`", []],
  ])("%j", (script, more) => {
    const env = plainEnvironment(BASE, [`#!/bin/sh\n${script}\n`]);
    expect(env.filter((line) => !BASE.includes(line))).toEqual(more);
  });

  test("has the values that a shell gives", () => {
    const script = `#!/bin/sh\nX='a "b" \\\\c'\nexport X Y="\\$A \\"$A\\" \${A}z" Z=$PATH:/x; \nexport W=""\n`;
    const env = plainEnvironment(BASE, [script]);
    const shell = spawnSync("/bin/sh", ["-c", `${script}printf '%s\\n' "X=$X" "Y=$Y" "Z=$Z" "W=$W"`], {
      env: Object.fromEntries(
        BASE.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
    });
    expect(env.slice(2)).toEqual(shell.stdout.toString().trimEnd().split("\n"));
  });
});
