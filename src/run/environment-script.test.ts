// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// The programs are run by real shells, with the image's directory moved to a temporary one.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_PATH, type EnvironmentParts } from "./environment.ts";
import { environmentScript, overrideScript, scriptStart } from "./environment-script.ts";

let dir = "";
const SHELLS = ["/bin/sh", "/bin/bash"].filter((shell) => existsSync(shell));
const SCRIPTS: Readonly<Record<string, string>> = {
  "01-base.sh": "#!/bin/sh\n",
  "10-docker2singularity.sh": '#!/bin/sh\nexport PATH="/opt/bin"\nexport SMALL_VAR="${SMALL_VAR:-"from script"}"\n',
  "90-environment.sh": '#!/bin/sh\nexport FROM_SCRIPT=yes\nexport SEEN="${HOSTVAR:-hidden}"\n',
  "99-base.sh": '#!/bin/sh\nexport LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/.singularity.d/libs"\n',
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "berth-script-"));
  mkdirSync(join(dir, "env"));
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(join(dir, "env", name), text);
});
afterAll(() => rmSync(dir, { recursive: true }));

function run(shell: string, program: string, start: ReadonlyMap<string, string>): Record<string, string> {
  const moved = program.replaceAll("'/.singularity.d/env/", `'${dir}/env/`);
  const argv = [...(shell.endsWith("bash") ? ["--norc"] : []), "-c", moved, "berth", "/usr/bin/env", "-0"];
  const text = execFileSync(shell, argv, { env: Object.fromEntries(start), encoding: "utf8" });
  return Object.fromEntries(
    text
      .split("\0")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

const PARTS: EnvironmentParts = {
  host: new Map([
    ["HOSTVAR", 'it\'s "here" `$x`'],
    ["SMALL_VAR", "host"],
  ]),
  image: ['SMALL_VAR=a "b" `c` $d\ne'],
  own: new Map([["BERTH_NAME", "x.sif"]]),
  overrides: new Map(),
  literal: false,
  uid: 1000,
  gid: 1000,
};
const NAMES = Object.keys(SCRIPTS);

describe.each(SHELLS)("in %s", (shell) => {
  const evaluate = (parts: Partial<EnvironmentParts>, exactVariables = false): Record<string, string> => {
    const all = { ...PARTS, ...parts };
    return run(shell, environmentScript(all, { names: NAMES, exactVariables }), scriptStart(all));
  };

  test("the image's scripts are sourced, do not see the host, and win over it", () => {
    const env = evaluate({});
    expect(env).toMatchObject({ FROM_SCRIPT: "yes", SEEN: "hidden", SMALL_VAR: "from script", BERTH_NAME: "x.sif" });
  });

  test("what the image does not set comes from the host unchanged", () => {
    expect(evaluate({})["HOSTVAR"]).toBe('it\'s "here" `$x`');
  });

  test("known variables replace the badly quoted script", () => {
    expect(evaluate({}, true)["SMALL_VAR"]).toBe('a "b" `c` $d\ne');
  });

  test("the standard directories follow the image's PATH", () => {
    expect(evaluate({})["PATH"]).toBe(`/opt/bin:${DEFAULT_PATH}`);
  });

  test("overrides come last and are evaluated", () => {
    const overrides = new Map([
      ["A", '$(printf "%s" sub) "$SMALL_VAR" $UID'],
      ["PREPEND_PATH", "/first"],
      ["LD_LIBRARY_PATH", "/foo"],
    ]);
    const env = evaluate({ overrides });
    expect(env["A"]).toBe(
      'sub "from script" 1000'.replace("1000", shell === "/bin/bash" ? String(process.getuid?.()) : "1000"),
    );
    expect(env["PATH"]?.startsWith("/first:/opt/bin:")).toBe(true);
    expect(env["LD_LIBRARY_PATH"]).toBe("/foo:/.singularity.d/libs");
  });

  test("with --no-eval they are taken as they are", () => {
    expect(evaluate({ overrides: new Map([["A", "$(id) `x`"]]), literal: true })["A"]).toBe("$(id) `x`");
  });

  test("an override alone needs no scripts of the image", () => {
    const env = run(shell, overrideScript(new Map([["A", "`echo 1`$1"]]), 1000), new Map([["PATH", DEFAULT_PATH]]));
    expect(env["A"]).toBe("1");
  });
});
