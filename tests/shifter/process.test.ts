// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// Rows 62-80 of spec/shifter.md 10.4: environment, arguments, process, and what the container looks like.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser, installed, runAs } from "../support/ordinary-user.ts";
import { BINARY, IMAGES, obstacle, openWorld, passwdLine, type World } from "./world.ts";

const reason = obstacle();

describe.skipIf(reason)(`processes of shifter${reason ? ` [${reason}]` : ""}`, () => {
  let world: World;
  beforeAll(() => {
    world = openWorld();
    writeFileSync(world.place("site/scratch/good.env"), '# a comment\n\n  FROM_FILE=a b  \nQUOTED="q"\nIMGVAR=file\n');
    writeFileSync(world.place("site/scratch/bad.env"), "A=B\nD=\n");
    writeFileSync(world.place("home/work/local.env"), "LOCAL=1\n");
  });
  afterAll(() => world?.close());

  const show = (words: readonly string[], name: string, options = {}) =>
    world.shifter([...words, "sh", "-c", `echo "\${${name}-unset}"`], options);

  describe("the environment", () => {
    test("row 62: of caller, image and site", () => {
      const conf = [
        ...["siteEnv=SHIFTER_RUNTIME=1 NEW_VAR=x", "siteEnvPrepend=PATH=/sbin"],
        ...["siteEnvAppend=PATH=/opt/udiImage/bin", "siteEnvUnset=NEW_VAR"],
      ];
      const { out } = world.shifter(["-E", "env"], { conf });
      expect(
        out
          .split("\n")
          .filter((line) => !/^(SHLVL|PWD)=/.test(line))
          .sort(),
      ).toEqual([
        "IMGVAR=image",
        "PATH=/sbin:/bin:/opt/udiImage/bin",
        `SHIFTER_IMAGE=${IMAGES.plain}`,
        `SHIFTER_IMAGEREQUEST=id:${IMAGES.plain}`,
        "SHIFTER_RUNTIME=1",
      ]);
    });

    test.each([
      ["row 63: appended", "siteEnvAppend=LIST=3", "4:5:3"],
      ["row 63: prepended", "siteEnvPrepend=LIST=3", "3:4:5"],
      ["row 65: unset", "siteEnvUnset=LIST", "unset"],
      ["row 64: unset under another name", "siteEnvUnset=LIS LISTS", "4:5"],
    ])("%s", (_, line, want) => {
      expect(show([], "LIST", { conf: [line], env: { LIST: "4:5" } }).out).toBe(want);
    });

    test("row 68: -E and -e", () => {
      expect(show(["-E", "-e", "IMGVAR=cli"], "IMGVAR").out).toBe("cli");
      expect(show(["-E"], "HOME").out).toBe("unset");
      expect(show([], "HOME").out).toBe(world.user.home);
    });

    test.each([
      ["-e", ["-e", "X="]],
      ["a file", ["--env-file=/scratch1/bad.env"]],
    ])("row 69: an empty value in %s is refused", (_, words) => {
      const { status, out, err } = world.shifter([...words, "echo", "ran"]);
      expect({ status, out }).toEqual({ status: 1, out: "" });
      expect(err).toMatch(/^shifter: /);
    });

    test("row 69: a bad file is named with its line", () => {
      expect(world.shifter(["--env-file=/scratch1/bad.env", "true"]).err).toMatch(/\/scratch1\/bad\.env.*2/);
    });

    test("row 70: a file of variables: comments, blanks, quotes", () => {
      const words = ["--env-file=/scratch1/good.env"];
      expect(show(words, "FROM_FILE").out).toBe("a b");
      expect(show(words, "QUOTED").out).toBe('"q"');
      expect(show(words, "IMGVAR").out).toBe("file");
      expect(show([...words, "-e", "IMGVAR=cli"], "IMGVAR").out).toBe("cli");
    });

    test("a file of variables is the container's, and relative to the working directory there", () => {
      const here = { cwd: world.place("site/scratch") };
      const scratch = world.place("site/scratch");
      // The caller's directory is shown under its own name, so that it can be entered.
      const conf = [`siteFs=${scratch}`];
      expect(show(["--env-file=good.env"], "FROM_FILE", { ...here, conf }).out).toBe("a b");
      expect(world.shifter(["--env-file=/etc/hostname-of-the-host-only", "true"]).status).toBe(1);
      expect(world.shifter([`--env-file=${world.place("home/work/none.env")}`, "true"]).status).toBe(1);
    });

    test("variables that the dynamic linker strips stay outside", () => {
      const env = { TMPDIR: "/local", LD_DEBUG_OUTPUT: "/x", NLSPATH: "/n" };
      for (const name of Object.keys(env)) expect(show([], name, { env }).out).toBe("unset");
    });

    test("some variables stay outside, or only some come along", () => {
      const env = { A: "1", B: "2" };
      expect(show(["--unset-env=A"], "A", { env }).out).toBe("unset");
      expect(show(["--unset-env=A"], "B", { env }).out).toBe("2");
      expect(show(["--keep-env=A"], "A", { env }).out).toBe("1");
      expect(show(["--keep-env=A"], "HOME", { env }).out).toBe("unset");
    });
  });

  describe("row 66: what is executed", () => {
    test.each<[string, string[], string]>([
      ["a command", ["echo", "a  b", "$HOME"], "a  b $HOME"],
      ["the entrypoint with the image's CMD", ["--entrypoint"], "hi there"],
      ["the entrypoint with arguments", ["--entrypoint", "you"], "hi you"],
      ["another entrypoint, without CMD", ["--entrypoint=/bin/echo"], ""],
      ["another entrypoint with arguments", ["--entrypoint=/bin/echo", "x"], "x"],
      ["by its other name", ["--entry=echo", "x"], "x"],
    ])("%s", (_, words, want) => {
      expect(world.shifter(words)).toEqual({ status: 0, signal: null, out: want, err: "" });
    });

    test("no command: a shell, whatever SHELL says", () => {
      const options = { input: "echo from $0\n", env: { SHELL: "/bin/false" } };
      expect(world.shifter([], options)).toMatchObject({ status: 0, out: "from /bin/sh" });
    });

    test("row 67: the entrypoint of an image that has none", () => {
      const { status, err } = world.shifter([`--image=id:${IMAGES.bare}`, "--entrypoint"]);
      expect(status).toBe(1);
      expect(err).toMatch(/^shifter: Image does not have a defined entrypoint\n/);
    });

    test("a script whose first line names shifter", () => {
      const script = world.place("home/work/script");
      writeFileSync(script, `#!${world.place("bin/shifter")} /bin/sh\necho "script $1 in $(cat /data/file)"\n`, {
        mode: 0o755,
      });
      const conf = [`siteFs=${world.place("home")}`];
      const called = world.shifter(["sh", "-c", "true"], { conf });
      expect(called.status).toBe(0);
      const env = world.environment({ conf, env: { SHIFTER: `id:${IMAGES.plain}` } });
      const [command = "", ...args] = asUser(world.user, [script, "arg"]);
      const child = spawn(command, args, { env, cwd: world.place("home/work"), stdio: ["ignore", "pipe", "inherit"] });
      let out = "";
      child.stdout?.setEncoding("utf8").on("data", (part: string) => {
        out += part;
      });
      return once(child, "close").then(([status]) => {
        expect({ status, out }).toEqual({ status: 0, out: "script arg in of the image\n" });
      });
    });
  });

  describe("row 71: its end", () => {
    test("is the program's own status", () => {
      expect(world.shifter(["sh", "-c", "exit 42"]).status).toBe(42);
    });

    test.each([
      ["a command that is not there", "nosuch", "shifter: nosuch: No such file or directory\n"],
      ["a file that cannot be executed", "/bin/not-a-program", "shifter: /bin/not-a-program: Permission denied\n"],
    ])("is 127 for %s", (_, command, err) => {
      expect(world.shifter([command])).toMatchObject({ status: 127, out: "", err });
    });

    test("is the signal that ended it", () => {
      expect(world.shifter(["sh", "-c", "kill -KILL $$"]).signal).toBe("SIGKILL");
    });
  });

  describe("row 72: where it starts", () => {
    const pwd = (words: readonly string[], options = {}) => world.shifter([...words, "pwd"], options);

    test.each([
      ["the image's directory", ["--workdir"], "/data"],
      ["a directory of the caller's choice", ["--workdir=/data/sub"], "/data/sub"],
      ["the same, glued to its letter", ["-w/data/sub"], "/data/sub"],
    ])("%s", (_, words, want) => {
      expect(pwd(words)).toEqual({ status: 0, signal: null, out: want, err: "" });
    });

    test("the caller's directory, when it is there", () => {
      expect(pwd([], { cwd: "/tmp" }).out).toBe("/tmp");
    });

    test("the root, with a word, when a directory is not there", () => {
      const missing = { status: 0, out: "/", err: "shifter: Failed to switch to working dir: /no, staying in /\n" };
      expect(pwd(["--workdir=/no"])).toMatchObject(missing);
      const here = world.place("home/work");
      expect(pwd([], { conf: [] }).err === "" || pwd([]).err.includes(here)).toBe(true);
    });

    test("nowhere, when the image names no directory", () => {
      const { status, err } = pwd([`--image=id:${IMAGES.bare}`, "--workdir"]);
      expect({ status, err: err.split("\n")[0] }).toEqual({
        status: 1,
        err: "shifter: Image does not have a defined working directory",
      });
    });
  });

  describe("row 73: modules", () => {
    const conf = () => [
      ...["defaultModules=one", "module_one_siteEnv=WHO=one ONE=1", "module_two_siteEnv=WHO=two"],
      ...[
        "module_two_conflict=three",
        "module_three_siteEnv=THREE=1",
        "module_off_siteEnv=A=B",
        "module_off_enabled=0",
      ],
      `module_soft_copyPath=${world.place("site/module")}`,
      `module_soft_siteFs=${world.place("site/scratch")}:/of/module`,
      "module_soft_siteEnvPrepend=PATH=/opt/udiImage",
      `module_hook_copyPath=${world.place("site/module")}`,
      ...["module_hook_userhook=/opt/udiImage/modules/hook/hook", "module_bad_userhook=/opt/udiImage/modules/bad/bad"],
      ...[`module_bad_copyPath=${world.place("site/module")}`, "module_root_roothook=/bin/true"],
    ];
    const withModules = (list: string | undefined, ...words: string[]) =>
      world.shifter([...(list === undefined ? [] : [`--module=${list}`]), ...words], { conf: conf() });

    test.each([
      ["nosuch", "Unknown shifter module: nosuch"],
      ["two,three", "conflict with each other"],
      ["three,two", "conflict with each other"],
      ["off", "Unknown shifter module: off"],
    ])("%s cannot be had", (list, why) => {
      const { status, err } = withModules(list, "true");
      expect(status).toBe(1);
      expect(err).toContain(why);
    });

    test("are the default ones, those that are named, or none", () => {
      const who = (list: string | undefined) => withModules(list, "sh", "-c", "echo ${WHO-nobody} ${ONE-0}").out;
      expect(who(undefined)).toBe("one 1");
      expect(who("two")).toBe("two 0");
      expect(who("one,two")).toBe("two 1");
      expect(who("two,one")).toBe("one 1");
      expect(who("NONE")).toBe("nobody 0");
      const named = JSON.parse(withModules("two,one", "cat", "/var/shifterConfig.json").out) as { modules: string };
      expect(named.modules).toBe("two,one,");
    });

    test("are named by the environment when no option does", () => {
      const env = { SLURM_SPANK_SHIFTER_MODULE: "two" };
      expect(show([], "WHO", { conf: conf(), env }).out).toBe("two");
      expect(show(["-m", "one"], "WHO", { conf: conf(), env }).out).toBe("one");
    });

    test("bring files, directories and variables along", () => {
      const { status, out } = withModules(
        "soft",
        "sh",
        "-c",
        "tool; ls /opt/udiImage/modules/soft; cat /of/module/file",
      );
      expect({ status, out }).toEqual({ status: 0, out: "site tool\nbad\nhook\non scratch" });
      expect(withModules("none", "ls", "/opt/udiImage").out).toBe("tool");
    });

    test("run their hook in the container, as the user, with an empty environment", () => {
      const { status, out } = withModules("hook", "echo", "then this");
      expect({ status, out }).toEqual({
        status: 0,
        out: `hooked as ${world.user.uid}, HOME is unset\nthen this`,
      });
    });

    test("end the launch when their hook fails", () => {
      expect(withModules("bad", "echo", "never")).toMatchObject({ status: 1, out: "" });
    });

    test("are refused when they need root, which no user has", () => {
      expect(withModules("root", "true").err).toContain("the module root has a hook that only root can run");
    });
  });

  describe("the container", () => {
    const cat = (path: string) => world.shifter(["cat", path]).out;

    test("row 75: has no capability left, in any of the five sets; row 79: and no new privileges", () => {
      const lines = cat("/proc/self/status").split("\n");
      const caps = lines.filter((line) => line.startsWith("Cap")).map((line) => line.replace(/\s+/, " "));
      expect(caps).toEqual(["Inh", "Prm", "Eff", "Bnd", "Amb"].map((set) => `Cap${set}: 0000000000000000`));
      expect(lines).toContain("NoNewPrivs:\t1");
    });

    test("row 76: has /etc/mtab", () => {
      expect(world.shifter(["readlink", "/etc/mtab"]).out).toBe("/proc/mounts");
    });

    test("row 77: has the caller's line in passwd, and his groups in group", () => {
      expect(cat("/etc/passwd").split("\n")).toContain(passwdLine(world.user, world.place));
      const { name, gid } = world.user;
      expect(cat("/etc/group")).toBe(`${name}:x:${gid}:${name}\nteam:x:70001:${name}\nopen:x:70002:`);
      expect(cat("/etc/shadow")).toBe("");
      expect(cat("/etc/site-file")).toBe("of the site");
      expect(cat("/etc/image-file")).toBe("stays");
    });

    test("has the link in /etc of an image that has none, and what an image has otherwise", () => {
      expect(world.shifter(["ls", "-d", "/etc/hosts", "/etc/resolv.conf"]).out.split("\n").length).toBe(2);
    });

    test("starts many at once, also the first time", async () => {
      const env = world.environment({ env: { BERTH_RUNTIMEDIR: world.place("home/run-many") } });
      const starts = Array.from({ length: 16 }, async (_, rank) => {
        const words = ["shifter", `--image=id:${IMAGES.plain}`, "sh", "-c", `echo ${rank}; exit ${rank}`];
        const [command = "", ...args] = asUser(world.user, words);
        const child = spawn(command, args, { env, cwd: "/", stdio: ["ignore", "ignore", "inherit"] });
        return ((await once(child, "close")) as [number])[0];
      });
      expect(await Promise.all(starts)).toEqual(Array.from({ length: 16 }, (_, rank) => rank));
      const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
      expect(mounts.filter((line) => line.includes(world.place("home/run-many/mnt"))).length).toBeLessThanOrEqual(1);
    });

    test.skipIf(!installed("strace"))("starts without a second process, and ends as the program [needs strace]", () => {
      const shown = world.place("home/work/trace");
      const words = ["strace", "-f", "-qq", "-o", shown, "-e", "trace=execve,clone,clone3,fork,vfork"];
      const called = runAs(world.user, [...words, "shifter", `--image=id:${IMAGES.plain}`, "true"], {
        ...{ env: world.environment(), cwd: "/" },
      });
      expect(called).toMatchObject({ status: 0, stderr: "" });
      const lines = readFileSync(shown, "utf8").split("\n");
      const started = lines.flatMap((line) => /execve\("([^"]+)".* = 0$/.exec(line)?.[1]?.split("/").at(-1) ?? []);
      expect(started.slice(-3)).toEqual(["berth-main", "berth-launch", "true"]);
      // Threads of the JavaScript runtime are no processes.
      expect(lines.filter((line) => /\b(clone3?|v?fork)\(/.test(line) && !line.includes("CLONE_THREAD"))).toEqual([]);
    });

    test("row 77: has no membership where the site allows none", () => {
      const { out } = world.shifter(["cat", "/etc/group"], { conf: ["maxGroupCount=0"] });
      expect(out).toBe(`${world.user.name}:x:${world.user.gid}:\nteam:x:70001:\nopen:x:70002:`);
    });

    test("has accounts made from the node's, where the site wants that", () => {
      const conf = ["populateEtcDynamically=1", "usersToImport=daemon"];
      const { out } = world.shifter(["sh", "-c", "cat /etc/passwd /etc/nsswitch.conf; id -un"], { conf });
      expect(out.split("\n")[0]).toMatch(new RegExp(`^${world.user.name}:`));
      expect(out).toMatch(/^daemon:/m);
      expect(out).toContain("passwd: files");
    });

    test("row 78: says what it is, to the byte", () => {
      expect(cat("/var/shifterConfig.json")).toBe(
        `{"identifier":"${IMAGES.plain}","user":"${world.user.name}","volMap":"","modules":""}`,
      );
    });

    test("row 79: takes no setuid program of the image for what it says", () => {
      const { out } = world.shifter(["/bin/busybox-suid", "cat", "/proc/self/status"]);
      const ids = [world.user.uid, world.user.uid, world.user.uid, world.user.uid].join("\t");
      expect(out).toContain(`Uid:\t${ids}\n`);
    });

    test("cannot be written to, unless that is asked for", () => {
      expect(world.shifter(["touch", "/data/new"]).err).toContain("Read-only file system");
      const writable = world.shifter(["--writable-tmpfs", "sh", "-c", "echo new >/data/file && cat /data/file"]);
      expect(writable).toMatchObject({ status: 0, out: "new", err: "" });
      expect(cat("/data/file")).toBe("of the image");
    });

    test("shows /tmp and /var/tmp of the node", () => {
      writeFileSync("/var/tmp/berth-shifter-seen", "seen\n");
      const seen = cat("/var/tmp/berth-shifter-seen");
      rmSync("/var/tmp/berth-shifter-seen");
      expect(seen).toBe("seen");
    });

    test("has the caller's process limits, and no file but the standard ones", () => {
      expect(world.shifter(["ls", "/proc/self/fd"]).out.split("\n")).toEqual(["0", "1", "2", "3"]);
    });

    test("says a clear word when shifter is called inside", () => {
      const libexec = dirname(BINARY);
      // Of the host, for the libraries of the packed binary.
      const conf = [`siteFs=${libexec};${world.place("bin")};/usr;/lib;/lib64`];
      const words = ["sh", "-c", `${world.place("bin")}/shifter true`];
      expect(world.shifter(words, { conf })).toMatchObject({
        status: 1,
        err: expect.stringContaining("shifter was called inside a container"),
      });
    });
  });

  describe("devices", () => {
    const given = (words: readonly string[], conf: readonly string[] = []) => {
      mkdirSync(world.place("cdi"), { recursive: true });
      const containerEdits = {
        deviceNodes: [{ path: "/dev/gizmo", hostPath: "/dev/null" }],
        env: ["GIZMO=0", "IMGVAR=cdi"],
      };
      const spec = { cdiVersion: "0.6.0", kind: "maker.example/gizmo", devices: [{ name: "0", containerEdits }] };
      writeFileSync(world.place("cdi/maker.json"), JSON.stringify(spec));
      const env = { BERTH_CDI_DIRS: world.place("cdi") };
      const script = "echo lost >/dev/gizmo && echo $GIZMO $IMGVAR && wc -c </dev/gizmo";
      return world.shifter([...words, "sh", "-c", script], { env, conf });
    };

    test("come by their names, with their variables behind those of the image", () => {
      expect(given(["--device=maker.example/gizmo=0"])).toMatchObject({ status: 0, out: "0 cdi\n0", err: "" });
      expect(given(["--device=maker.example/gizmo=0", "-e", "GIZMO=mine"]).out).toBe("mine cdi\n0");
    });

    test("are refused when the node does not have them, but for --nv and --rocm", () => {
      expect(given(["--device=maker.example/gizmo=1"])).toMatchObject({
        status: 1,
        err: expect.stringContaining("shifter: no CDI specification"),
      });
      expect(world.shifter(["--rocm", "echo", "ran"])).toMatchObject({ status: 0, out: "ran" });
    });
  });

  describe("row 80: root", () => {
    test.skipIf(!AS_ROOT)("is refused [needs root]", () => {
      const root = { name: "root", uid: 0, gid: 0, home: "/root" };
      const { status, out, err } = world.shifter(["echo", "ran"], { who: root });
      expect({ status, out }).toEqual({ status: 1, out: "" });
      expect(err).toContain("Failed to lookup username or attempted to run as root");
    });

    test("so is who stands in no passwd of the site", () => {
      const path = world.place("etc/passwd");
      const before = readFileSync(path, "utf8");
      writeFileSync(path, "root:x:0:0:root:/root:/bin/sh\n");
      const { status, err } = world.shifter(["true"]);
      writeFileSync(path, before);
      expect(status).toBe(1);
      expect(err).toContain(`${path} does not know the uid ${world.user.uid}`);
    });
  });

  describe("the command line", () => {
    test("helps", () => {
      const help = world.shifter(["--help"], { noImage: true });
      expect(help).toMatchObject({ status: 0, err: "" });
      for (const option of ["--image", "--volume", "--env-file", "--writable-tmpfs", "--unset-env"])
        expect(help.out).toContain(option);
      expect(world.shifter(["-h"]).out).toBe(help.out);
      expect(world.shifter(["--version"]).out).toMatch(/^shifter \(berth .+\)$/);
    });

    test("says what is wrong, and how it is called", () => {
      const { status, out, err } = world.shifter(["--bogus"]);
      expect({ status, out }).toEqual({ status: 1, out: "" });
      expect(err).toMatch(/^shifter: unknown option --bogus\n/);
      expect(err).toContain("usage: shifter");
    });

    test("accepts -n and -v, and stops at the program", () => {
      expect(world.shifter(["-n", "-v", "echo", "-n", "--image=x"]).out).toBe("--image=x");
    });

    test("is refused with a configuration that others may change", () => {
      const { status } = world.shifter(["true"], { env: { BERTH_UDIROOT: "/nowhere/udiRoot.conf" } });
      expect(status).toBe(1);
    });
  });
});
