// `berth oci` as an ordinary user: bundles that umoci makes, the packed binary, and runc as the judge where it runs.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { type Changes, changedBundle, makeBundle, ownFolder } from "./bundles.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));

function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["umoci", "busybox", "mkfifo"].find((name) => !installed(name));
  return program && `${program} is not installed`;
}

const reason = obstacle();

interface Answer {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(reason)(`berth oci${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let user: OrdinaryUser;
  let dir = "";
  let count = 0;
  const place = (name: string): string => join(dir, name);

  beforeAll(() => {
    user = ordinaryUser();
    dir = mkdtempSync(join(tmpdir(), "berth-oci-"));
    chmodSync(dir, 0o755);
    makeBundle(dir, user);
    for (const name of ["state", "runtime", "runc"]) ownFolder(place(name), user);
  });
  afterAll(() => {
    for (const id of existsSync(place("state")) ? readdirSync(place("state")) : []) oci("delete", "--force", id);
    rmSync(dir, { recursive: true, force: true });
  });

  function call(argv: readonly string[], input = ""): Answer {
    const env = { BERTH_RUNTIMEDIR: place("runtime"), XDG_RUNTIME_DIR: place("runtime") };
    const { status, stdout, stderr } = runAs(user, argv, { env, cwd: dir, input });
    return { status, out: stdout.trimEnd(), err: stderr };
  }
  const oci = (...words: string[]): Answer => call([BINARY, "oci", "--root", place("state"), ...words]);
  const bundle = (changes: Changes = {}): string => {
    count += 1;
    return changedBundle(dir, `b${count}`, changes, user);
  };
  const script = (text: string, changes: Changes = {}): string => bundle({ args: ["sh", "-c", text], ...changes });
  const run = (path: string, ...flags: string[]): Answer => oci(...flags, "run", `c${count}`, "-b", path);
  const state = (id: string) => JSON.parse(oci("state", id).out || "{}");

  // The output goes to a file: a container that waits would hold a pipe open.
  function create(id: string, path: string, ...flags: string[]): Answer {
    const words = `"$@" >"$0" 2>&1`;
    return call([
      "sh",
      "-c",
      words,
      place(`${id}.log`),
      BINARY,
      "oci",
      "--root",
      place("state"),
      "create",
      ...flags,
      "-b",
      path,
      id,
    ]);
  }
  const said = (id: string): string => readFileSync(place(`${id}.log`), "utf8");
  const untilSaid = (id: string) => call(["sh", "-c", 'until [ -s "$0" ]; do sleep 0.02; done', place(`${id}.log`)]);
  // The kernel knows at once; the state is asked until it does.
  function until(id: string, status: string): void {
    const end = Date.now() + 30_000;
    while (Date.now() < end) if (state(id).status === status) return;
    throw new Error(`${id} is ${state(id).status}, not ${status}: ${said(id)}`);
  }

  // Whoever inherits an ended process may take his time to notice.
  function lives(pid: number): boolean {
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
    return stat !== "" && !/\) [ZX] /.test(stat);
  }

  describe("run", () => {
    test("becomes the program of a bundle, and its status", () => {
      expect(run(script("cat /etc/os-release; id -u; exit 7"))).toEqual({ status: 7, out: "NAME=bundled\n0", err: "" });
      expect(readdirSync(place("state"))).toContain(`c${count}`);
      expect(oci("state", `c${count}`).status).toBe(1);
      expect(readdirSync(place("state"))).not.toContain(`c${count}`);
    });

    test("may use an id again, and keeps what it shall keep", () => {
      const path = script("true");
      expect(run(path).status).toBe(0);
      expect(oci("run", "--keep", `c${count}`, "-b", path).status).toBe(0);
      expect(state(`c${count}`)).toMatchObject({ status: "stopped", pid: 0 });
      expect(run(path).err).toContain(`container c${count} already exists`);
      expect(oci("delete", `c${count}`).status).toBe(0);
    });

    test("gives its namespaces, host name, devices, limits, environment and directory", () => {
      const linux = { namespaces: ["pid", "ipc", "uts", "mount", "user"].map((type) => ({ type })) };
      const changes = {
        linux,
        process: { cwd: "/new/work", env: ["PATH=/bin", "X=1", "X=2 3"] },
        more: { hostname: "boat" },
      };
      const text =
        'echo $$; cat /proc/sys/kernel/hostname; ls /dev; pwd; echo "$X"; sed -n "s/^Max open files *//p" /proc/self/limits';
      const { out } = run(bundle({ args: ["sh", "-c", text.replace("sed -n", "busybox sed -n")], ...changes }));
      const lines = out.split("\n").map((line) => line.trim().replace(/ +/g, " "));
      expect(lines.slice(0, 2)).toEqual(["1", "boat"]);
      expect(lines).toContain("null");
      expect(lines).toContain("ptmx");
      expect(lines.slice(-3)).toEqual(["/new/work", "2 3", "1024 1024 files"]);
    });

    test("keeps a root that is to be read-only from changes, and lets others change", () => {
      const text = "touch /made && echo changed";
      expect(run(script(text, { root: { readonly: true } })).out).toBe("");
      const path = script(text);
      expect(run(path).out).toBe("changed");
      expect(existsSync(join(path, "rootfs/made"))).toBe(true);
    });

    test("mounts folders and files where the bundle says, also where the root has no such place", () => {
      writeFileSync(place("word"), "of the host\n");
      const mounts = [
        { destination: "/deep/er/word", type: "bind", source: place("word"), options: ["ro"] },
        { destination: "/scratch", type: "tmpfs", options: ["size=1m", "mode=700"] },
        { destination: "/here", source: "rootfs/etc", options: ["bind", "ro"] },
      ];
      const text =
        "cat /deep/er/word; stat -c %a /scratch; touch /scratch/x && ls /here/os-release; touch /here/x; echo $?";
      for (const root of [{}, { readonly: true }])
        expect(run(script(text, { mounts, root })).out).toBe("of the host\n700\n/here/os-release\n1");
    });

    test("never follows a link of the root to the host when it makes a mount point", () => {
      const path = script("true", {
        mounts: [{ destination: "/out/word", type: "bind", source: place("word"), options: [] }],
      });
      const made = join(place("work"), "word");
      ownFolder(place("work"), user);
      runAs(user, ["ln", "-s", place("work"), join(path, "rootfs/out")]);
      run(path);
      expect(existsSync(made)).toBe(false);
    });

    test("hides and protects paths of the kernel", () => {
      const linux = { maskedPaths: ["/proc/timer_list", "/proc/nothing"], readonlyPaths: ["/proc/sys"] };
      const { out } = run(
        script(
          "cat /proc/timer_list | wc -c; grep -c ' /proc/sys .* ro,' /proc/mounts".replace("grep", "busybox grep"),
          { linux },
        ),
      );
      expect(out).toBe("0\n1");
    });

    test.each<[string, Changes, string]>([
      ["hooks", { more: { hooks: { prestart: [{ path: "/bin/true" }] } } }, "hooks.prestart cannot be honoured"],
      ["a filter of system calls", { linux: { seccomp: { defaultAction: "SCMP_ACT_ERRNO" } } }, "linux.seccomp cannot"],
      [
        "a user that nobody mapped",
        { process: { user: { uid: 5, gid: 5 } } },
        "the container's user 5:5 cannot be had",
      ],
      ["a root that is not there", { root: { path: "gone" } }, "is missing"],
    ])("refuses %s", (_, changes, sentence) => {
      const answer = run(script("echo ran", changes));
      expect(answer).toMatchObject({ status: 1, out: "" });
      expect(answer.err).toContain(sentence);
    });

    test("passes over what the caller names, and writes errors where they are wanted", () => {
      const path = script("echo ran", { linux: { seccomp: { defaultAction: "SCMP_ACT_ERRNO" } } });
      expect(run(path, "--ignore", "seccomp").out).toBe("ran");
      run(path, "--log", place("log"), "--log-format", "json");
      expect(JSON.parse(readFileSync(place("log"), "utf8"))).toMatchObject({
        level: "error",
        msg: expect.stringContaining("seccomp"),
      });
    });

    test("hands the descriptor of MPI's launcher and its variables on, and knows its own process", () => {
      writeFileSync(place("word"), "of the host\n");
      const path = script('cat <&3; echo "rank $PMI_RANK, other $OTHER."; exec sleep 0.5');
      const text =
        'exec 3<"$0"; PMI_FD=3 PMI_RANK=4 OTHER=5 "$@" & exec 3<&-; until [ -s "$BERTH_RUNTIMEDIR/mpi" ]; do sleep 0.02; done; echo $!; wait';
      const words = ["oci", "--root", place("state"), "--pass-env", "PMI*", "run", "-b", path, "mpi"];
      const pidFile = ["--pid-file", place("runtime/mpi")];
      const lines = call(["sh", "-c", text, place("word"), BINARY, ...words, ...pidFile]).out.split("\n");
      const own = readFileSync(place("runtime/mpi"), "utf8");
      expect(lines.toSorted()).toEqual([own, "rank 4, other .", "of the host"].toSorted());
    });

    test("adds devices through CDI", () => {
      const edits = { env: ["FOUND=1"], deviceNodes: [{ path: "/dev/vendor0", hostPath: "/dev/null" }] };
      const spec = { cdiVersion: "0.6.0", kind: "vendor.example/gpu", devices: [{ name: "0", containerEdits: edits }] };
      ownFolder(place("cdi"), user);
      writeFileSync(place("cdi/vendor.json"), JSON.stringify(spec));
      const path = script("ls -d /dev/vendor0; echo gone >/dev/vendor0; echo $FOUND");
      const flags = ["--cdi-dirs", place("cdi"), "--device"];
      expect(run(path, ...flags, "vendor.example/gpu=0").out).toBe("/dev/vendor0\n1");
      expect(run(path, ...flags, "vendor.example/gpu=1").err).toContain("has the device vendor.example/gpu=1");
    });

    test("says what is wrong with a bundle or an id", () => {
      writeFileSync(place("config.json"), "{");
      expect(oci("run", "x", "-b", dir).err).toContain("cannot read");
      expect(oci("run", "../x", "-b", script("true")).err).toContain("cannot be the id of a container");
      expect(oci("run", "x", "--console-socket", "/s", "-b", script("true")).err).toContain(
        "a console socket is not offered",
      );
    });
  });

  describe("create, start, kill and delete", () => {
    test("lead a container through its life", () => {
      const path = script("echo begun; exec sleep 100");
      expect(create("life", path, "--pid-file", place("runtime/pid")).status).toBe(0);
      const pid = Number(readFileSync(place("runtime/pid"), "utf8"));
      expect(state("life")).toMatchObject({
        ociVersion: "1.0.0",
        id: "life",
        status: "created",
        pid,
        bundle: path,
        owner: user.name,
      });
      expect(said("life")).toBe("");
      expect(oci("delete", "life").err).toContain("cannot delete container life: it is created");
      expect(oci("start", "life").status).toBe(0);
      expect(state("life")).toMatchObject({ status: "running", pid });
      expect(oci("start", "life").err).toContain("cannot start container life: it is running");
      untilSaid("life");
      expect(oci("kill", "-a", "life", "KILL").status).toBe(0);
      until("life", "stopped");
      expect(said("life")).toBe("begun\n");
      expect(oci("kill", "life").err).toContain("cannot kill container life: it is stopped");
      expect(oci("delete", "life").status).toBe(0);
      expect(oci("state", "life")).toMatchObject({ status: 1, out: "" });
      expect(readdirSync(place("state"))).not.toContain("life");
    });

    test("give the program its signals", () => {
      const path = script("trap 'echo told; exit 0' USR1; echo begun; while :; do sleep 0.05; done");
      create("told", path);
      oci("start", "told");
      untilSaid("told");
      expect(oci("kill", "told", "USR1").status).toBe(0);
      until("told", "stopped");
      expect(said("told")).toBe("begun\ntold\n");
      oci("delete", "told");
    });

    test("end a container that was never started, and one that runs, when forced", () => {
      create("never", script("echo ran"));
      expect(oci("kill", "never", "9").status).toBe(0);
      until("never", "stopped");
      expect(oci("start", "never").err).toContain("it is stopped");
      expect(oci("delete", "never").status).toBe(0);
      create("forced", script("exec sleep 100"));
      oci("start", "forced");
      const { pid } = state("forced");
      expect(oci("delete", "--force", "forced").status).toBe(0);
      expect(lives(pid)).toBe(false);
      expect(oci("delete", "--force", "forced").status).toBe(0);
      expect(oci("delete", "forced").err).toContain("container forced does not exist");
    });

    test("take a bundle as it is when the container is made", () => {
      const path = script("echo first");
      create("fixed", path);
      rmSync(join(path, "config.json"));
      expect(create("broken", path).status).toBe(1);
      oci("start", "fixed");
      until("fixed", "stopped");
      expect(said("fixed")).toBe("first\n");
      oci("delete", "fixed");
    });

    test("give open descriptors on", () => {
      writeFileSync(place("word"), "of the host\n");
      const path = script("cat <&3");
      const words = 'exec 3<"$0"; exec "$@" >"$BERTH_RUNTIMEDIR/fds" 2>&1';
      const flags = ["create", "--preserve-fds", "1", "-b", path, "fds"];
      call(["sh", "-c", words, place("word"), BINARY, "oci", "--root", place("state"), ...flags]);
      oci("start", "fds");
      until("fds", "stopped");
      expect(readFileSync(place("runtime/fds"), "utf8")).toBe("of the host\n");
      oci("delete", "fds");
      expect(oci("run", "--preserve-fds", "1", "fds", "-b", path).err).toContain("cannot keep descriptors open");
    });

    test("leave nothing behind when a container cannot be made", () => {
      const path = script("true", { process: { rlimits: [{ type: "RLIMIT_NOFILE", soft: 9, hard: 8 }] } });
      expect(create("bad", path).status).toBe(1);
      expect(said("bad")).toContain("container bad did not start");
      expect(readdirSync(place("state"))).not.toContain("bad");
    });
  });

  test("features tells what there is", () => {
    expect(JSON.parse(oci("features").out)).toMatchObject({
      ociVersionMin: "1.0.0",
      linux: { seccomp: { enabled: false } },
    });
  });

  const judge = installed("runc") ? "" : " [runc is not installed]";
  test.skipIf(judge)(`is what runc is${judge}`, (context) => {
    const text = "id; hostname; ls /dev; ls /; echo $$; env; ulimit -n; cat /proc/self/limits; umask; exit 3".replace(
      "hostname;",
      "",
    );
    const path = script(text);
    const theirs = call(["runc", "--root", place("runc"), "--rootless=true", "run", "-b", path, "judge"]);
    // Not every machine lets an ordinary user's runc do its work.
    if (theirs.status !== 3) context.skip(`runc does not run here: ${theirs.err}`);
    const mine = run(path);
    expect(mine.status).toBe(3);
    expect(mine.out.split("\n").sort()).toEqual(theirs.out.split("\n").sort());
  });

  test.skipIf(!AS_ROOT)("as root is the user that the bundle names [skipped without root]", () => {
    const changes = {
      process: { user: { uid: 4242, gid: 4243 } },
      linux: { namespaces: [{ type: "pid" }, { type: "mount" }, { type: "uts" }], uidMappings: [], gidMappings: [] },
    };
    const path = script("id -u; id -g; ls -d /dev/null", changes);
    const words = ["oci", "--root", place("rootstate"), "run", "-b", path, "asroot"];
    const env = { ...process.env, BERTH_RUNTIMEDIR: place("rootruntime") };
    const answer = spawnSync(BINARY, words, { encoding: "utf8", env });
    expect(answer.stdout).toBe("4242\n4243\n/dev/null\n");
  });
});
