// Launches by the packed binary and the real launcher, as an ordinary user: what the catalogue (tests/catalogue) does not
// ask. Foreign images, files that run themselves, faults, and what is left behind.

import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";
import { addScripts, makeTree, packSif, packSquashfs } from "./images.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));

function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["busybox", "mksquashfs", "squashfuse_ll"].find((name) => !installed(name));
  return program ? `${program} is not installed` : undefined;
}

interface Answer {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

const reason = obstacle();
const CONFIG = {
  Env: ["PATH=/opt/bin:/bin", 'QUOTED=a "b" `c` $d\ne'],
  Entrypoint: ["/bin/echo", "entry"],
  Cmd: ["cmd 1"],
};

describe.skipIf(reason)(`a launch${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let user: OrdinaryUser;
  let dir = "";
  const place = (name: string): string => join(dir, name);

  beforeAll(async () => {
    user = ordinaryUser();
    dir = mkdtempSync(join(tmpdir(), "berth-launch-"));
    chmodSync(dir, 0o755);
    for (const name of ["home", "work", "bin"]) mkdirSync(place(name));
    makeTree(place("plain"));
    makeTree(place("scripted"));
    addScripts(place("scripted"));
    packSquashfs(place("plain"), place("plain.sqfs"));
    await packSif(place("scripted"), place("scripted.sif"));
    await packSif(place("scripted"), place("configured.sif"), CONFIG);
    await packSif(place("plain"), place("foreign.sif"), {}, process.arch === "x64" ? "s390x" : "amd64");
    symlinkSync(BINARY, place("bin/run-singularity"));
    symlinkSync(BINARY, place("bin/berth"));
    if (AS_ROOT) for (const name of ["home", "work"]) chownSync(place(name), user.uid, user.gid);
  });

  afterAll(() => {
    // Mounts belong to the user, and end when they are told to.
    runAs(user, ["sh", "-c", 'for m in "$0"/*.lock; do fuser -k -TERM "$m"; done', place("home/run/mnt")]);
    runAs(user, ["sh", "-c", 'for m in "$0"/*/; do fusermount3 -uz "$m"; done', place("home/run/mnt")]);
    removeAll(dir);
  });

  function run(argv: readonly string[], env: Record<string, string> = {}, who: OrdinaryUser = user): Answer {
    const all = {
      PATH: `${place("bin")}:/usr/local/bin:/usr/bin:/bin`,
      BERTH_CACHEDIR: place("home/cache"),
      BERTH_RUNTIMEDIR: place("home/run"),
      ...env,
    };
    const { status, stdout, stderr } = runAs(who, argv, { env: all, cwd: place("work"), input: "" });
    return { status, out: stdout.replace(/\n$/, ""), err: stderr };
  }

  const exec = (image: string, ...words: string[]): readonly string[] => ["berth", "exec", place(image), ...words];
  const show = (image: string, name: string): readonly string[] => exec(image, "sh", "-c", `echo "\${${name}-unset}"`);

  describe("of an image with scripts", () => {
    test.each(["scripted", "scripted.sif", "configured.sif"])("%s has its environment scripts sourced", (image) => {
      expect(run(show(image, "FROM_SCRIPT"))).toMatchObject({ status: 0, out: "set by a script", err: "" });
    });

    test("the scripts do not see the host, whose variables come back afterwards", () => {
      expect(run(show("scripted.sif", "SEEN"), { HOSTVAR: "x" }).out).toBe("hidden");
      expect(run(show("scripted.sif", "HOSTVAR"), { HOSTVAR: "it's `x` $y" }).out).toBe("it's `x` $y");
    });

    test("variables of a known configuration arrive byte for byte, in spite of the script that repeats them badly", () => {
      expect(run(show("configured.sif", "QUOTED")).out).toBe('a "b" `c` $d\ne');
    });

    test("overrides are evaluated behind the scripts", () => {
      const env = { APPTAINERENV_X: '$FROM_SCRIPT, $(id -u) "q"' };
      expect(run(show("scripted.sif", "X"), env).out).toBe(`set by a script, ${user.uid} "q"`);
    });

    test("the runscript gets the arguments as they are", () => {
      expect(run(["berth", "run", place("scripted.sif"), "a  b", "$HOME"]).out).toBe("runscript: a  b $HOME");
    });

    test("the test script runs, and its status counts", () => {
      expect(run(["berth", "test", place("scripted.sif"), "x"])).toMatchObject({ status: 3, out: "tested x" });
      expect(run(["berth", "test", place("plain.sqfs")])).toMatchObject({ status: 0, out: "" });
    });
  });

  describe("of a file that runs itself", () => {
    test("an executable SIF starts its runscript through its first line", () => {
      chmodSync(place("scripted.sif"), 0o755);
      expect(run([place("scripted.sif"), "x", "--help"])).toMatchObject({ status: 0, out: "runscript: x --help" });
    });

    test("a script can have an image as its interpreter", () => {
      const text = `#!/usr/bin/env -S berth exec ${place("plain.sqfs")} sh\necho "script: $*"\n`;
      writeFileSync(place("work/script"), text, { mode: 0o755 });
      expect(run([place("work/script"), "a", "-q"])).toMatchObject({ status: 0, out: "script: a -q" });
    });
  });

  describe("that cannot be", () => {
    const damaged = (bytes: number): string => {
      copyFileSync(place("scripted.sif"), place("work/damaged.sif"));
      truncateSync(place("work/damaged.sif"), bytes);
      return "work/damaged.sif";
    };

    test.each([
      ["a missing image", () => exec("nosuch.sif", "true"), /could not open image .*nosuch\.sif/],
      ["a truncated image", () => exec(damaged(40_000), "true"), /damaged\.sif/],
      ["a file cut off in its header", () => exec(damaged(100), "true"), /damaged\.sif/],
      [
        "an image for another machine",
        () => exec("foreign.sif", "true"),
        /architecture .* could not run on the host's/,
      ],
      ["a script instead of an image", () => exec("work/script", "true"), /is a script, not a container image/],
      ["a missing bind source", () => ["berth", "exec", "-B", "/nope:/x", place("plain.sqfs"), "true"], /\/nope.*\/x/],
      [
        "a device that nobody specifies",
        () => ["berth", "exec", "--device", "a.b/c=d", place("plain.sqfs"), "true"],
        /a\.b\/c=d/,
      ],
    ])("%s ends in one sentence and 255", (_what, argv, sentence) => {
      writeFileSync(place("work/script"), "#!/bin/sh\n", { mode: 0o755 });
      const answer = run(argv());
      expect(answer).toMatchObject({ status: 255, out: "" });
      expect(answer.err).toMatch(sentence);
      expect(answer.err.trim().split("\n").length).toBeLessThanOrEqual(3);
    });

    test("a program that is missing, a directory, or not executable has the shell's status", () => {
      expect(run(exec("plain.sqfs", "nosuch")).status).toBe(127);
      expect(run(exec("plain.sqfs", "/bin/nosuch")).status).toBe(127);
      expect(run(exec("plain.sqfs", "/bin")).status).toBe(126);
      expect(run(exec("plain.sqfs", "/etc/passwd")).status).toBe(126);
    });

    test("a run-time folder that others can enter is refused", () => {
      mkdirSync(place("work/squatted"));
      chmodSync(place("work/squatted"), 0o777);
      const answer = run(exec("plain.sqfs", "true"), { BERTH_RUNTIMEDIR: place("work/squatted") });
      expect(answer.status).toBe(255);
      expect(answer.err).toContain("cannot be used");
    });
  });

  test("--nv on a machine without such devices warns and runs", () => {
    const answer = run(["berth", "exec", "--nv", "--cdi-dirs", "/nonexistent", place("plain.sqfs"), "echo", "ok"]);
    expect(answer).toMatchObject({ status: 0, out: "ok" });
    expect(answer.err).toContain("nvidia.com/gpu=all");
  });

  test("many first starts at once share one mount and leave no plan behind", async () => {
    const runtime = place("home/many");
    const env = {
      PATH: `${place("bin")}:/usr/bin:/bin`,
      HOME: user.home,
      BERTH_RUNTIMEDIR: runtime,
      BERTH_CACHEDIR: place("home/cache"),
    };
    const [command = "", ...args] = asUser(user, exec("plain.sqfs", "true"));
    const start = (): Promise<string> =>
      new Promise((done) => {
        const child = spawn(command, args, { env, cwd: place("work"), stdio: ["ignore", "ignore", "pipe"] });
        let said = "";
        child.stderr.on("data", (chunk) => {
          said += chunk;
        });
        child.on("close", (code) => done(`${code} ${said}`));
      });
    expect(await Promise.all(Array.from({ length: 8 }, start))).toEqual(Array(8).fill("0 "));
    expect(readdirSync(join(runtime, "plans"))).toEqual([]);
    expect(readdirSync(join(runtime, "mnt")).filter((name) => /\.[0-9a-f]{16}$/.test(name))).toHaveLength(1);
    expect(mountsBelow(runtime)).toHaveLength(1);
    runAs(user, ["sh", "-c", 'fusermount3 -uz "$0"/*.????????????????', join(runtime, "mnt")]);
  });

  test("a mount that died is made anew", () => {
    const env = { BERTH_RUNTIMEDIR: place("home/died") };
    expect(run(exec("plain.sqfs", "true"), env).status).toBe(0);
    for (const mount of mountsBelow(place("home/died"))) runAs(user, ["fusermount3", "-uz", mount]);
    expect(run(exec("plain.sqfs", "echo", "again"), env)).toMatchObject({ status: 0, out: "again" });
    for (const mount of mountsBelow(place("home/died"))) runAs(user, ["fusermount3", "-uz", mount]);
  });

  test("a changed image is not taken for the one it was", () => {
    copyFileSync(place("plain.sqfs"), place("work/changing.sif"));
    expect(run(exec("work/changing.sif", "ls", "/")).out).not.toContain("extra");
    mkdirSync(place("plain/extra"));
    packSquashfs(place("plain"), place("work/changing.sif"));
    rmSync(place("plain/extra"), { recursive: true });
    expect(run(exec("work/changing.sif", "ls", "/")).out).toContain("extra");
  });

  test("without FUSE the image is unpacked once, and why is said", () => {
    const env = { BERTH_SQUASHFUSE: "", PATH: `${place("bin")}:/bin` };
    const argv = ["berth", "exec", "--unsquash", place("plain.sqfs"), "cat", "/etc/passwd"];
    const first = run(argv, env);
    expect(first.status).toBe(0);
    expect(first.err).toContain("Converting SIF file to temporary sandbox...");
    expect(run(argv, env).err).toBe("");
  });

  test("a saved plan starts the same program without berth", () => {
    const saved = run(["sh", "-c", `berth plan ${place("plain.sqfs")} sh -c 'echo $0 "$@"' a "b c" >plan`]);
    expect(saved.status).toBe(0);
    expect(run([join(dirname(BINARY), "berth-launch"), place("work/plan")]).out).toBe("a b c");
  });

  test("the payload has no open descriptor, no ignored signal and the caller's limits", () => {
    const script =
      "ulimit -n; cat /proc/self/status | while read k v; do case $k in SigIgn:|SigBlk:|CapEff:|NoNewPrivs:) echo $k $v;; esac; done; ls /proc/$$/fd | wc -w";
    const answer = run(["sh", "-c", `ulimit -Sn 777; berth exec ${place("plain.sqfs")} sh -c '${script}'`]);
    expect(answer.out.split("\n")).toEqual([
      "777",
      "SigBlk: 0000000000000000",
      "SigIgn: 0000000000000000",
      "CapEff: 0000000000000000",
      "NoNewPrivs: 1",
      expect.stringMatching(/^[3-4]$/),
    ]);
  });

  test.skipIf(!AS_ROOT)(`real root runs images through FUSE, and stays root${AS_ROOT ? "" : " [needs root]"}`, () => {
    const root = { name: "root", uid: 0, gid: 0, home: "/root" };
    const env = { BERTH_RUNTIMEDIR: place("root-run"), BERTH_CACHEDIR: place("root-cache") };
    const answer = run(exec("plain.sqfs", "sh", "-c", "id -u; stat -c %u /bin/busybox; pwd"), env, root);
    expect(answer).toMatchObject({ status: 0, out: `0\n0\n${place("work")}` });
    for (const mount of mountsBelow(place("root-run"))) runAs(root, ["fusermount3", "-uz", mount]);
  });
});

function mountsBelow(dir: string): string[] {
  const lines = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return lines.map((line) => line.split(" ")[1] ?? "").filter((path) => path.startsWith(`${dir}/`));
}
