// Set-up and teardown of a container on a node: rows 81-83, 91-94 and 97 of spec/shifter.md 10.5, and what berth promises beyond.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BINARY, ENV, FIRST, NodeSite, obstacle, SECOND, until } from "./node-site.ts";

const reason = obstacle();
const GOOD = { status: 0, out: "", err: "" };

describe.skipIf(reason)(`a node${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let site: NodeSite;
  beforeAll(() => {
    site = new NodeSite();
  });
  afterEach(async () => {
    site.configure({});
    expect(site.teardown("7").status).toBe(0);
    // What a process of a failed test still holds must not be the next one's.
    for (const { holders } of site.status().pinned) for (const { pid } of holders) process.kill(pid, "SIGKILL");
    await until(() => site.leftovers().length === 0);
  });
  afterAll(() => site?.close());

  test("is set up without a word, and an ordinary user starts programs there without another runtime", () => {
    expect(site.setup("7")).toEqual(GOOD);
    const traced = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none"];
    const [first, ...words] = site.shifterWords("sh", "-c", "id -u; ls /");
    const at = words.indexOf("--") + 1;
    const argv = [...words.slice(0, at), ...traced, ...words.slice(at)];
    const { stdout, stderr } = spawnSync(first ?? "", argv, { env: site.jobEnv("7"), cwd: "/", encoding: "utf8" });
    expect(stdout.split("\n")).toEqual(expect.arrayContaining([String(site.user.uid), "data", "bin"]));
    const started = [...stderr.matchAll(/execve\("([^"]+)"/g)].map(([, path]) => path?.split("/").at(-1));
    expect(started.slice(0, 3)).toEqual(["shifter", "sh"]);
    expect(started).not.toContain("berth-main");
  });

  test("says in the container what it was set up for (row 78)", () => {
    expect(site.setup("7", ["--volume", "/data:/mine", "--module", "none"])).toEqual(GOOD);
    const text = `{"identifier":"${FIRST}","user":"${site.user.name}","volMap":"/data:/mine","modules":""}`;
    expect(readFileSync(join(site.holder("7"), "shifterConfig.json"), "utf8")).toBe(text);
    expect(site.shifter("7", "--volume=/data:/mine", "cat", "/var/shifterConfig.json").out).toBe(text);
  });

  test("lets programs of one job look into each other, as ranks of an MPI job on a node do", () => {
    expect(site.setup("7")).toEqual(GOOD);
    const namespace = () => site.shifter("7", "ls", "-l", "/proc/self/ns/user").out.split("-> ").at(-1);
    expect(namespace()).toMatch(/^user:/);
    expect(namespace()).toBe(namespace());
    const other = site.shifter("7", "--volume=/data:/other", "ls", "-l", "/proc/self/ns/user");
    expect(other.out.split("-> ").at(-1)).toBe(namespace());
  });

  test("is set up once however often it is asked, and for another image only after a teardown (row 97)", () => {
    expect(site.setup("7")).toEqual(GOOD);
    const before = statSync(join(site.holder("7"), "root")).dev;
    expect(site.setup("7")).toEqual(GOOD);
    expect(statSync(join(site.holder("7"), "root")).dev).toBe(before);
    const second = site.setup("7", [], `id:${SECOND}`);
    expect(second).toMatchObject({ status: 1, out: "" });
    expect(second.err).toContain(`another container is set up in ${site.holder("7")}`);
    expect(statSync(join(site.holder("7"), "root")).dev).toBe(before);
    expect(site.teardown("7")).toEqual(GOOD);
    expect(site.setup("7", [], `id:${SECOND}`)).toEqual(GOOD);
    expect(readdirSync(join(site.holder("7"), "root"))).toContain("second");
  });

  test("is not to blame for an image that leaves no place for what the site mounts", () => {
    const id = "3".repeat(64);
    const etc = site.place("tree/etc");
    renameSync(etc, site.place("etc-aside"));
    writeFileSync(etc, "a file\n");
    site.publish(id);
    rmSync(etc);
    renameSync(site.place("etc-aside"), etc);
    const { status, err } = site.setup("7", [], `id:${id}`);
    expect(status).toBe(1);
    expect(err).toMatch(/the image cannot be set up: berth-launch: cannot .* \/etc\/.* in the container/);
  });

  test("holds containers of several jobs beside each other", () => {
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.setup("8", [], `id:${SECOND}`)).toEqual(GOOD);
    expect(site.status().setups.map(({ job, state }: { job: string; state: string }) => [job, state])).toEqual([
      ["7", "ready"],
      ["8", "ready"],
    ]);
    expect(site.teardown("7")).toEqual(GOOD);
    expect(readdirSync(join(site.holder("8"), "root"))).toContain("second");
    expect(site.teardown("8")).toEqual(GOOD);
  });

  test("has nothing mounted after the teardown, which may be called again (row 92)", () => {
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.leftovers().length).toBeGreaterThan(3);
    expect(site.teardown("7")).toEqual(GOOD);
    expect(site.leftovers()).toEqual([]);
    expect(site.teardown("7")).toEqual(GOOD);
  });

  test("lets nobody but the job's user into its container", () => {
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.as("user", "ls", site.holder("7")).out).toContain("root");
    for (const path of ["", "/root", "/root/bin", "/prepared"]) {
      const { status, err } = site.as("other", "ls", `${site.holder("7")}${path}`);
      expect([status === 0, err]).toEqual([false, expect.stringContaining("Permission denied")]);
    }
    expect(site.as("other", "ls", site.nodeDir).err).toContain("Permission denied");
  });

  test("lets the job's user change nothing of it", () => {
    expect(site.setup("7")).toEqual(GOOD);
    const holder = site.holder("7");
    for (const argv of [
      ["chmod", "700", holder],
      ["touch", `${holder}/new`],
      ["mv", `${holder}/prepared`, `${holder}/other`],
      ["rm", "-f", `${holder}/prepared`],
      ["ln", "-s", "/etc", `${holder}/link`],
      ["touch", `${holder}/root/new`],
      ["umount", holder],
    ])
      expect([argv, site.as("user", ...argv).status === 0]).toEqual([argv, false]);
    // Nor in a namespace in which he is root.
    const script = `mount -o remount,rw ${holder}; chmod 700 ${holder}; touch ${holder}/new`;
    expect(site.as("user", "unshare", "-Urm", "sh", "-c", script).status).not.toBe(0);
    expect(readdirSync(holder).sort()).toEqual([
      "image",
      "prepared",
      "root",
      "setup.json",
      "shifterConfig.json",
      "userns",
    ]);
  });

  test.each([
    ["row 81", "host1/4", "host1\n".repeat(4)],
    [
      "row 82",
      "host1/24 host2/24 host3/24",
      ["host1", "host2", "host3"].map((name) => `${name}\n`.repeat(24)).join(""),
    ],
  ])("writes the job's hosts, one line for each task (%s)", (_, hosts, content) => {
    expect(site.setup("7", ["--hosts", hosts])).toEqual(GOOD);
    expect(readFileSync(join(site.holder("7"), "root/var/hostsfile"), "utf8")).toBe(content);
  });

  test.each(["host1 host2", "", "host/x", "a;b/1"])("refuses the list of hosts %j (row 83)", (hosts) => {
    expect(site.setup("7", ["--hosts", hosts])).toMatchObject({
      status: 1,
      out: "",
      err: expect.stringContaining("list of hosts"),
    });
    expect(site.leftovers()).toEqual([]);
  });

  test("refuses a directory as an image unless the site allows it, and then mounts it (row 91)", () => {
    const image = `local:${site.place("tree")}`;
    expect(site.setup("7", [], image)).toMatchObject({
      status: 1,
      err: expect.stringContaining("does not allow directories"),
    });
    expect(site.leftovers()).toEqual([]);
    mkdirSync(site.place("software"), { recursive: true });
    writeFileSync(site.place("software/tool"), "the tool\n");
    site.configure({ localImages: true, optUdiImage: site.place("software") });
    chmodSync(site.dir, 0o755);
    expect(site.setup("7", [], image)).toEqual(GOOD);
    expect(readFileSync(join(site.holder("7"), "root/opt/udiImage/tool"), "utf8")).toBe("the tool\n");
    chmodSync(site.dir, 0o711);
  });

  test("refuses a directory that others than root may exchange", () => {
    site.configure({ localImages: true });
    mkdirSync(site.place("data/mine"), { recursive: true });
    symlinkSync(site.place("tree"), site.place("data/link"));
    for (const path of [site.place("data/mine"), site.place("data/link")])
      expect(site.setup("7", [], `local:${path}`)).toMatchObject({
        status: 1,
        err: expect.stringContaining("is not mounted by root"),
      });
    rmSync(site.place("data/link"));
    expect(site.leftovers()).toEqual([]);
  });

  test("puts what the site shows over what the image has, and read-only stays read-only (row 93)", () => {
    site.configure({ siteFs: [`${site.place("data")}:/data`, `${site.place("site")}:/root:ro`] });
    expect(site.setup("7")).toEqual(GOOD);
    const [write, forbidden] = ["echo x >/data/new && cat /data/new", "echo x >/root/new"];
    expect(site.shifter("7", "sh", "-c", write)).toMatchObject({ status: 0, out: "x" });
    expect(site.shifter("7", "sh", "-c", forbidden).err).toContain("Read-only file system");
    expect(site.shifter("7", "cat", "/root/file").out).toBe("the site's");
  });

  test("runs the site's hooks as root in the container's root, and one that fails ends the set-up", () => {
    const hook = (name: string, text: string) => {
      writeFileSync(site.place(name), text);
      return site.place(name);
    };
    const [before, after] = [
      hook("pre.sh", "mkdir made; id -u >made/who; pwd >&2"),
      hook("post.sh", "test -d data && cp made/who made/then"),
    ];
    const module = { tool: { roothook: hook("module.sh", "echo module >made/module") } };
    site.configure({ hooks: { preMount: before, postMount: after }, modules: module, defaultModules: ["tool"] });
    expect(site.setup("7")).toEqual(GOOD);
    const made = join(site.holder("7"), "root/made");
    expect(readdirSync(made).map((name) => [name, readFileSync(join(made, name), "utf8")])).toEqual([
      ["module", "module\n"],
      ["then", "0\n"],
      ["who", "0\n"],
    ]);
    expect(site.teardown("7")).toEqual(GOOD);
    hook("post.sh", "echo no such thing >&2; exit 3");
    const failed = site.setup("7");
    expect(failed).toMatchObject({ status: 1, out: "" });
    expect(failed.err).toContain(`no such thing; berth-launch: the hook ${after} failed with status 3`);
    expect(site.leftovers()).toEqual([]);
  });

  test("runs no hook that others than root may write", () => {
    const path = site.place("data/hook.sh");
    writeFileSync(path, "touch made\n");
    site.configure({ hooks: { preMount: path } });
    expect(site.setup("7").err).toContain(`the hook ${path} is not run by root: ${site.place("data")} belongs to user`);
    chownSync(path, site.user.uid, site.user.gid);
    expect(site.setup("7").err).toContain(`${path} belongs to user`);
    rmSync(path);
    expect(site.setup("7").status).toBe(1);
    expect(site.leftovers()).toEqual([]);
  });

  test.skipIf(!existsSync("/usr/sbin/sshd"))(
    "starts the job's sshd with the set-up, and ends it with the teardown [/usr/sbin/sshd]",
    async () => {
      const server = createServer().listen(0);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const listening = () =>
        readFileSync("/proc/net/tcp", "utf8").includes(
          `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`,
        );
      site.configure({ sshd: { port } });
      expect(site.setup("7", ["--hosts", "localhost/1"])).toEqual(GOOD);
      expect(listening()).toBe(true);
      expect(site.setup("7", ["--hosts", "localhost/1"])).toEqual(GOOD);
      expect(site.setup("7", ["--hosts", "localhost/2"])).toMatchObject({
        status: 1,
        err: expect.stringContaining("(other: hosts)"),
      });
      expect(listening()).toBe(true);
      expect(site.teardown("7")).toEqual(GOOD);
      expect([listening(), site.leftovers()]).toEqual([false, []]);
      // Neither without the other.
      site.configure({ sshd: { port }, siteFs: ["/nowhere:/x"] });
      expect(site.setup("7").status).toBe(1);
      expect([listening(), site.leftovers()]).toEqual([false, []]);
    },
  );

  test("does not wait for what a hook leaves running, and says who keeps what is taken down", async () => {
    writeFileSync(site.place("pre.sh"), "sleep 20 &");
    site.configure({ hooks: { preMount: site.place("pre.sh") } });
    expect(site.setup("7")).toEqual(GOOD);
    const { status, err } = site.teardown("7");
    expect([status, err]).toEqual([
      0,
      expect.stringMatching(/\/dev\/loop\d+ stays attached until .*process \d+ \(sleep, user 0\)/),
    ]);
    const [pinned] = site.status().pinned;
    expect(pinned).toMatchObject({
      loop: { file: join(site.images, `${FIRST}.squashfs`) },
      holders: expect.arrayContaining([expect.objectContaining({ name: "sleep", uid: 0 })]),
    });
    const left = pinned.holders.find(({ name }: { name: string }) => name === "sleep");
    process.kill(left.pid, "SIGKILL");
    await until(() => site.leftovers().length === 0);
    expect(site.status().pinned).toEqual([]);
  });

  test("makes places for the user's volumes: folders, files, nested ones", () => {
    writeFileSync(site.place("data/one"), "a file\n");
    chownSync(site.place("data/one"), site.user.uid, site.user.gid);
    const volumes = [
      "/data:/a/b/c/",
      "/data/one:/root/one",
      "/tmp:/scratch",
      "/bin/busybox:/tool",
      "/etc/group:/of/image",
    ];
    expect(
      site.setup(
        "7",
        volumes.flatMap((text) => ["--volume", text]),
      ),
    ).toEqual(GOOD);
    const words = volumes.map((text) => `--volume=${text}`);
    expect(site.shifter("7", ...words, "cat", "/a/b/c/one", "/root/one")).toEqual({
      status: 0,
      out: "a file\na file",
      err: "",
    });
  });

  test("is found below a directory that is a link", () => {
    symlinkSync(site.dir, site.place("link"));
    const words = ["--node-dir", `${site.place("link")}/node`];
    expect(site.setup("7", words)).toEqual(GOOD);
    expect(JSON.parse(site.node("status", "--json", ...words).out).setups).toMatchObject([
      { dir: site.holder("7"), loops: [{}] },
    ]);
    expect(site.teardown("7", ...words)).toEqual(GOOD);
    rmSync(site.place("link"));
  });

  test("never follows a path of the user's with root's rights", () => {
    mkdirSync(site.place("secret"), { mode: 0o700 });
    writeFileSync(site.place("secret/file"), "secret\n");
    symlinkSync(site.place("secret"), site.place("data/way"));
    expect(site.setup("7", ["--volume", "/data/way:/seen"])).toEqual(GOOD);
    const { status, out } = site.shifter("7", "--volume=/data/way:/seen", "cat", "/seen/file");
    expect([status === 0, out]).toEqual([false, ""]);
    rmSync(site.place("data/way"));
  });

  describe("does not mount an image file", () => {
    const refused = (why: string, image = `id:${SECOND}`) => {
      const answer = site.setup("7", [], image);
      expect(answer).toMatchObject({ status: 1, out: "", err: expect.stringContaining(why) });
      expect(site.leftovers()).toEqual([]);
    };
    const file = () => join(site.images, `${SECOND}.squashfs`);
    afterEach(() => {
      rmSync(file(), { force: true });
      site.publish(SECOND);
      chmodSync(site.images, 0o755);
    });

    test("that belongs to the user", () => {
      chownSync(file(), site.user.uid, site.user.gid);
      refused(`belongs to user ${site.user.uid}`);
    });
    test("that others may write to", () => {
      chmodSync(file(), 0o666);
      refused("others may change");
    });
    test("in a folder that others may write to", () => {
      chmodSync(site.images, 0o777);
      refused("others may change");
    });
    test("that is a link", () => {
      rmSync(file());
      symlinkSync(join(site.images, `${FIRST}.squashfs`), file());
      refused("it is no file");
    });
    test("that is not squashfs", () => {
      copyFileSync("/usr/bin/env", file());
      // In words that put the blame on the image: a prolog that fails takes the node out of service.
      refused("the image cannot be set up: berth-launch: ");
      refused("is no squashfs");
    });
    test.each(["id:../images/x", "id:..", "id:a b", "id:", "id:$(id)", "nothing:x/..", `id:${"a".repeat(300)}`])(
      "by the name %j",
      (image) => {
        const { status, out, err } = site.setup("7", [], image);
        expect([status, out, err.split("\n").length <= 3]).toEqual([1, "", true]);
        expect(site.leftovers()).toEqual([]);
      },
    );
    test("whose lists do not have the user", () => {
      site.publish(SECOND, "FORMAT: squashfs\nUSERACL: 1\n");
      refused("FAILED permission denied");
      site.publish(SECOND, `FORMAT: squashfs\nUSERACL: 1,${site.user.uid}\n`);
      expect(site.setup("7", [], `id:${SECOND}`)).toEqual(GOOD);
    });
  });

  test.each<[string, string[]]>([
    ["root", ["--uid", "0"]],
    ["a name for a number", ["--uid", "root"]],
    ["a negative number", ["--uid", "-1"]],
    ["root's group", ["--gid", "0"]],
    ["a user that nobody knows", ["--uid", "4000000000"]],
    ["a job that is no number", ["--job", "../7"]],
    ["a directory that is none", ["--node-dir", "relative"]],
    ["a way out of it", ["--node-dir", "/run/../etc"]],
    ["a volume over the system", ["--volume", "/data:/etc"]],
    ["a module that is not there", ["--module", "nothing"]],
  ])("refuses %s in one or two lines", (_, words) => {
    const { status, out, err } = site.setup("7", words);
    expect([status, out, err.split("\n").length <= 3, err]).toEqual([1, "", true, expect.stringMatching(/^FATAL/)]);
    expect(site.leftovers()).toEqual([]);
  });

  test("is not set up below a directory that others may change", () => {
    expect(site.setup("7", ["--node-dir", site.place("data/node")]).err).toContain(
      "may be changed by others than root",
    );
    expect(existsSync(site.place("data/node"))).toBe(false);
  });

  test("is set up by root alone", () => {
    for (const name of ["setup", "teardown", "status"]) {
      const uid = String(site.user.uid);
      const words = name === "status" ? [] : ["--uid", uid];
      const answer = site.as("user", BINARY, ...site.words(name, ...words));
      expect(answer).toMatchObject({ status: 1, err: expect.stringContaining("only root sets up nodes") });
    }
  });

  test("in a namespace of its own does not change the host's (row 94)", () => {
    const words = site.words("setup", "--uid", String(site.user.uid), "--job", "7", "--image", `id:${FIRST}`);
    const script = '"$@" && ls "$0"/root/bin/sh';
    const { status, stdout } = spawnSync("unshare", ["-m", "sh", "-c", script, site.holder("7"), BINARY, ...words], {
      env: ENV,
      encoding: "utf8",
    });
    expect([status, stdout.trim()]).toEqual([0, `${site.holder("7")}/root/bin/sh`]);
    expect(readdirSync(site.holder("7"))).toEqual([]);
  });

  describe("is taken down nevertheless", () => {
    const epilog = (...words: string[]) => {
      const all = [...["slurm", "epilog", "--uid", String(site.user.uid), "--job", "7"], "--node-dir", site.nodeDir];
      return spawnSync(BINARY, [...all, ...words], { env: ENV, cwd: "/", encoding: "utf8" });
    };

    test("when the configuration cannot be read any more", () => {
      expect(site.setup("7")).toEqual(GOOD);
      writeFileSync(site.place("site.yaml"), "node: [");
      expect(epilog("--config", site.place("site.yaml"))).toMatchObject({ status: 0 });
      expect(site.leftovers()).toEqual([]);
    });

    test("when its control group cannot be ended, which is said", () => {
      expect(site.setup("7")).toEqual(GOOD);
      mkdirSync(site.place(`groups/shifter/uid_${site.user.uid}/job_7/cgroup.procs`), { recursive: true });
      const ended = epilog("--config", site.place("site.yaml"), "--memory-cgroup", site.place("groups"));
      expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining("the control group") });
      expect(site.leftovers()).toEqual([]);
    });

    test("when its sshd cannot be ended, which is said", () => {
      expect(site.setup("7")).toEqual(GOOD);
      mkdirSync(`${site.holder("7")}.ssh/strange`, { recursive: true });
      expect(site.teardown("7")).toMatchObject({ status: 1, err: expect.stringContaining("the folder of sshd") });
      expect(existsSync(site.holder("7"))).toBe(false);
      rmSync(`${site.holder("7")}.ssh`, { recursive: true });
      expect(site.leftovers()).toEqual([]);
    });
  });

  describe("under Shifter's names", () => {
    const call = (name: string, words: readonly string[], env = {}) => {
      symlinkSync(BINARY, site.place(name));
      const all = { ...ENV, BERTH_LIBEXEC: dirname(BINARY), BERTH_SITE_CONFIG: site.place("site.yaml"), ...env };
      const { status, stdout, stderr } = spawnSync(site.place(name), words, { env: all, cwd: "/", encoding: "utf8" });
      rmSync(site.place(name));
      return { status, out: stdout.trim(), err: stderr.trim() };
    };

    test("is set up and taken down (row 97)", () => {
      const { uid, gid, name } = site.user;
      const words = [
        "-U",
        String(uid),
        "-G",
        String(gid),
        "-u",
        name,
        "-N",
        "a/1 b/2",
        "-v",
        "/data:/x",
        "-v",
        "/data:/y",
        "id",
        FIRST,
      ];
      expect(call("setupRoot", words)).toEqual(GOOD);
      expect(readFileSync(join(site.holder("0"), "root/var/hostsfile"), "utf8")).toBe("a\nb\nb\n");
      expect(readFileSync(join(site.holder("0"), "shifterConfig.json"), "utf8")).toContain(
        '"volMap":"/data:/x;/data:/y"',
      );
      expect(call("setupRoot", [...words.slice(0, -1), SECOND]).status).toBe(1);
      expect(call("unsetupRoot", [])).toEqual(GOOD);
      expect(site.leftovers()).toEqual([]);
      expect(call("unsetupRoot", [])).toEqual(GOOD);
    });

    test("in a prolog and an epilog means their job", () => {
      const env = { SLURM_JOB_ID: "7", SLURM_JOB_UID: String(site.user.uid) };
      expect(call("setupRoot", ["-U", String(site.user.uid), "id", FIRST], env)).toEqual(GOOD);
      expect(call("unsetupRoot", [])).toEqual(GOOD);
      expect(readdirSync(join(site.holder("7"), "root"))).toContain("bin");
      expect(call("unsetupRoot", [], env)).toEqual(GOOD);
      expect(site.leftovers()).toEqual([]);
    });

    test("unsetupRoot tells an ordinary user that it is root's, and succeeds", () => {
      symlinkSync(BINARY, site.place("unsetupRoot"));
      const { status, out, err } = site.as("user", site.place("unsetupRoot"));
      rmSync(site.place("unsetupRoot"));
      expect([status, out, err]).toEqual([0, "", expect.stringContaining("only root sets up nodes")]);
    });

    test.each([[[]], [["id"]], [["-U", "1001", "id", "a", "b"]], [["id", FIRST]], [["-Z", "id", FIRST]], [["-U"]]])(
      "refuses the words %j (row 97)",
      (words) => {
        const { status, out, err } = call("setupRoot", words);
        expect([status, out, err === ""]).toEqual([1, "", false]);
      },
    );

    test("says what is configured when asked", () => {
      expect(call("setupRoot", ["-V", "-U", String(site.user.uid), "id", FIRST]).out).toContain(site.images);
      expect(call("unsetupRoot", [])).toEqual(GOOD);
    });
  });
});
