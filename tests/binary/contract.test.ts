// What the packed binary promises whichever runtime made it: exit statuses, signals, descriptors, what the payload
// inherits, and that nothing in the current folder changes what it loads. The same promises hold for a run from source.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asUser, ordinaryUser } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";

const ROOT = join(import.meta.dirname, "../..");
const BINARY = join(ROOT, "build/berth");
const BUSYBOX = "/bin/busybox";
const absent = !existsSync(BINARY) ? "build/berth" : !existsSync(BUSYBOX) ? "busybox-static" : "";

const WAYS: Readonly<Record<string, readonly string[]>> = {
  "the binary": [BINARY],
  "node from source": [process.execPath, join(ROOT, "src/main.ts")],
};

describe.skipIf(absent).each(Object.entries(WAYS))(`%s${absent ? ` [needs ${absent}]` : ""}`, (_, way) => {
  let work: string;
  let image: string;
  const user = ordinaryUser();

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-contract-"));
    await chmod(work, 0o777);
    image = join(work, "image");
    for (const dir of ["bin", "proc", "dev", "tmp", "etc"]) await mkdir(join(image, dir), { recursive: true });
    writeFileSync(join(image, "bin/busybox"), readFileSync(BUSYBOX), { mode: 0o755 });
    for (const name of ["sh", "cat", "grep", "ls", "sleep", "yes", "head"]) {
      spawnSync("ln", ["-s", "busybox", join(image, "bin", name)]);
    }
    await chmod(image, 0o755);
  });
  afterAll(() => {
    removeAll(work);
  });

  function berth(args: readonly string[], input = "") {
    const [command = "", ...rest] = asUser(user, [...way, ...args]);
    const env = { PATH: process.env["PATH"] ?? "", HOME: user.home, BERTH_RUNTIMEDIR: join(work, "run") };
    return spawnSync(command, rest, { cwd: work, env, input, encoding: "utf8" });
  }
  const inside = (script: string) => berth(["exec", image, "sh", "-c", script]);

  test.each([
    ["exit 0", 0],
    ["exit 7", 7],
    ["kill -TERM $$", null],
    ["nosuchcommand", 127],
  ])("the status of the payload arrives: %s", (script, status) => {
    const ran = inside(script);
    expect(status === null ? ran.signal : ran.status).toBe(status ?? "SIGTERM");
  });

  test.each([
    [["exec", "IMAGE", "nosuch"], 127],
    [["exec", "IMAGE", "/etc"], 126],
    [["exec", "IMAGE"], 1],
    [["exec", "nosuch.sif", "true"], 255],
    [["exec", "--nosuchflag", "IMAGE", "true"], 1],
    [["nosuchcommand"], 1],
    [["--version"], 0],
    [["help", "exec"], 0],
  ])("%j ends with %i", (args, status) => {
    expect(berth(args.map((word) => (word === "IMAGE" ? image : word))).status).toBe(status);
  });

  test("packages say nothing of their own about bad input", () => {
    writeFileSync(join(work, "rubbish"), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197 + 13) % 256)));
    const { stdout, stderr } = berth(["key", "import", "rubbish"]);
    expect(`${stdout}${stderr}`).toMatch(/^FATAL: +no OpenPGP key[^\n]*\n[^\n]*\n$/);
  });

  test("the payload inherits no ignored or blocked signal, and a closed pipe ends it", () => {
    // Asked without a shell: busybox's own ignores SIGQUIT for its children.
    expect(berth(["exec", image, "grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"]).stdout).toBe(
      "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
    );
    expect(inside("yes | head -n 1").stdout).toBe("y\n");
  });

  test("the payload has no descriptor but the three", () => {
    // The fourth is the one that ls reads the folder by.
    expect(inside("ls /proc/self/fd").stdout.trim().split(/\s+/)).toEqual(["0", "1", "2", "3"]);
  });

  test("the payload has no capability and can gain none", () => {
    const status = inside("grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)' /proc/self/status").stdout;
    expect(status).toBe(
      ["Inh", "Prm", "Eff", "Bnd", "Amb"]
        .map((set) => `Cap${set}:\t0000000000000000\n`)
        .join("")
        .concat("NoNewPrivs:\t1\n"),
    );
  });

  test("standard input reaches the payload byte for byte", () => {
    const bytes = "line\0\n\t\x7f\n".repeat(20_000);
    expect(berth(["exec", image, "cat"], bytes).stdout).toBe(bytes);
  });

  test("no process of berth stays beside the payload", () => {
    expect(inside("cat /proc/self/stat; cat /proc/$PPID/comm").stdout).not.toContain("berth");
  });

  test("files in the current folder do not change what is loaded", () => {
    writeFileSync(join(work, "evil.js"), 'require("fs").writeSync(1, "EVIL")');
    writeFileSync(join(work, "bunfig.toml"), 'preload = ["./evil.js"]\n');
    writeFileSync(join(work, ".env"), "EVIL=1\nBERTH_CONTAIN=nonsense\n");
    writeFileSync(join(work, "package.json"), '{"type":"commonjs","main":"evil.js"}');
    const ran = inside('echo "EVIL=$EVIL"');
    expect({ status: ran.status, out: ran.stdout }).toEqual({ status: 0, out: "EVIL=\n" });
  });

  test("a mistake of the user never shows a stack", () => {
    for (const args of [
      ["exec", "nosuch.sif", "true"],
      ["pull", "docker://UPPER/case"],
      ["inspect", "/dev/null"],
    ]) {
      const { stderr, status } = berth(args);
      expect(status).toBe(255);
      expect(stderr).toMatch(/^FATAL: {3}/m);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });
});
