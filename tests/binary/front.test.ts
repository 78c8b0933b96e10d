// The native front: which commands start without the runtime's compiler, that nobody learns of it, and what it says when
// the rest of berth is missing.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const FRONT = join(import.meta.dirname, "../../build/berth");
const absent = existsSync(FRONT) ? "" : " [needs build/berth]";

describe.skipIf(absent)(`the front${absent}`, () => {
  let work: string;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "berth-front-"));
    mkdirSync(join(work, "bin"));
    mkdirSync(join(work, "libexec/berth"), { recursive: true });
    copyFileSync(FRONT, join(work, "bin/berth"));
    symlinkSync(join(work, "bin/berth"), join(work, "other-name"));
  });
  afterAll(() => rmSync(work, { recursive: true }));

  const call = (args: readonly string[], env: Readonly<Record<string, string>> = {}, program = "bin/berth") =>
    spawnSync(join(work, program), args, { encoding: "utf8", env });
  const standIn = (script: string) =>
    writeFileSync(join(work, "libexec/berth/berth-main"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  test("names the part that is missing, and where it looked", () => {
    const ran = call(["--version"]);
    expect(ran.status).toBe(255);
    expect(ran.stderr).toBe(
      `berth: berth-main, a part of berth, cannot be started from ${work}/bin or ${work}/bin/../libexec/berth: No such file or directory; install berth again\n`,
    );
  });

  test.each([
    [["exec", "a.sif", "true"], "0"],
    [["--quiet", "run", "a.sif"], "0"],
    [["plan", "a.sif", "true"], "0"],
    [["exec", "docker://alpine", "true"], ""],
    [["pull", "a.sif", "docker://alpine"], ""],
    [["build", "exec", "run"], ""],
    [[], ""],
  ])("%j starts with the switch at %j", (args, value) => {
    standIn('echo "$BUN_JSC_useJIT"');
    expect(call(args).stdout).toBe(`${value}\n`);
  });

  test.each([
    [["pull", "docker://alpine"], "400 20000"],
    [["--quiet", "build", "a.sif", "a.def"], "400 20000"],
    [["audit", "a.sif"], " "],
    [["exec", "a.sif", "pull"], " "],
  ])("%j keeps memory, and compiles late: %j", (args, value) => {
    standIn('echo "$MIMALLOC_PURGE_DELAY $BUN_JSC_thresholdForJITAfterWarmUp"');
    expect(call(args).stdout).toBe(`${value}\n`);
  });

  test("leaves the switches of somebody else alone", () => {
    standIn('echo "$BUN_JSC_useJIT$MIMALLOC_PURGE_DELAY $BERTH_LEAN$BERTH_KEEPS_MEMORY"');
    expect(call(["exec", "a.sif"], { BUN_JSC_useJIT: "1" }).stdout).toBe("1 \n");
    expect(call(["pull", "docker://alpine"], { MIMALLOC_PURGE_DELAY: "7" }).stdout).toBe("7 \n");
  });

  test("hands over its arguments, and is found behind a link", () => {
    standIn('for word; do printf "<%s>" "$word"; done');
    expect(call(["exec", "a b", ""], {}, "other-name").stdout).toBe("<exec><a b><>");
  });

  test("looks in BERTH_LIBEXEC first", () => {
    standIn("echo beside");
    mkdirSync(join(work, "else"));
    writeFileSync(join(work, "else/berth-main"), "#!/bin/sh\necho else\n", { mode: 0o755 });
    expect(call(["--version"], { BERTH_LIBEXEC: join(work, "else") }).stdout).toBe("else\n");
  });
});

describe.skipIf(absent)(`a lean start${absent}`, () => {
  const berth = (args: readonly string[]) =>
    spawnSync(FRONT, args, { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: tmpdir() } });

  test("becomes a full one for a source that must be fetched, and for what the short way does not understand", () => {
    expect(berth(["exec", "oci:/nonexistent", "true"]).stderr).toContain("is not an OCI image layout");
    expect(berth(["exec", "--nonsense"]).stderr).toContain("unknown option '--nonsense'");
    expect(berth(["run", "--help"]).stdout).toContain("Usage: berth run");
  });

  test("does not show in the plan of a payload", () => {
    const root = mkdtempSync(join(tmpdir(), "berth-front-"));
    mkdirSync(join(root, "bin"));
    const plan = berth(["plan", root, "true"]);
    rmSync(root, { recursive: true });
    expect(plan.stderr).toBe("");
    expect(plan.stdout).toContain("BERTH_CONTAINER=");
    expect(plan.stdout).not.toMatch(/BUN_JSC|BERTH_LEAN/);
  });
});
