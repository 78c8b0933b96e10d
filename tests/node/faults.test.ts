// What goes wrong on nodes: set-ups and teardowns killed at any of their system calls, several at once, processes that stay,
// images that are replaced. Whatever happened, the next teardown leaves nothing.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BINARY, ENV, FIRST, NodeSite, obstacle, SECOND, until } from "./node-site.ts";

const reason = obstacle();
const GOOD = { status: 0, out: "", err: "" };

describe.skipIf(reason)(`a node where things go wrong${reason ? ` [${reason}]` : ""}`, { timeout: 60_000 }, () => {
  let site: NodeSite;
  beforeAll(() => {
    site = new NodeSite();
  });
  afterEach(async () => {
    expect(site.teardown("7").status).toBe(0);
    // What a process of a failed test still holds must not be the next one's.
    for (const { holders } of site.status().pinned) for (const { pid } of holders) process.kill(pid, "SIGKILL");
    await until(() => site.leftovers().length === 0);
  });
  afterAll(() => site?.close());

  const setupWords = () => site.words("setup", "--uid", String(site.user.uid), "--job", "7", "--image", `id:${FIRST}`);
  const teardownWords = () => site.words("teardown", "--uid", String(site.user.uid), "--job", "7");

  /** Runs a command in which each process is killed at its n-th call of a system call. */
  function killedAt(call: string, n: number, words: readonly string[]): void {
    const inject = [
      "-f",
      "-qqq",
      "-o",
      "/dev/null",
      "-e",
      `trace=${call}`,
      "-e",
      `inject=${call}:signal=KILL:when=${n}`,
    ];
    spawnSync("strace", [...inject, BINARY, ...words], { env: ENV, cwd: "/", timeout: 30_000 });
  }

  const ONCE = ["flock", "mkdir", "mkdirat", "memfd_create", "setns", "fchmod", "fchown", "fspick"];
  const OFTEN = ["fsopen", "fsmount", "move_mount", "open_tree", "mount_setattr", "fsconfig"];
  const MOMENTS = [
    ...ONCE.map((call) => [call, 1] as const),
    ...OFTEN.flatMap((call) => [[call, 1] as const, [call, 2] as const]),
  ];

  test.each(MOMENTS)(
    "a set-up killed at %s, the %ith, is no set-up, or a whole one, and taken down wholly",
    (call, n) => {
      killedAt(call, n, setupWords());
      const states = site.status().setups.map(({ state }: { state: string }) => state);
      expect([[], ["half"], ["ready"]]).toContainEqual(states);
      expect(site.teardown("7")).toEqual(GOOD);
      expect(site.leftovers()).toEqual([]);
    },
  );

  test.each([["fsmount", 1] as const, ["move_mount", 1] as const, ["fchown", 1] as const, ["setns", 1] as const])(
    "a set-up after one that was killed at %s works",
    (call, n) => {
      killedAt(call, n, setupWords());
      expect(site.setup("7")).toEqual(GOOD);
      expect(site.shifter("7", "echo", "works").out).toBe("works");
    },
  );

  test.each(["flock", "umount2", "rmdir", "unlink"].flatMap((call) => [1, 2].map((n) => [call, n] as const)))(
    "a teardown killed at %s, the %ith, is completed by the next",
    (call, n) => {
      expect(site.setup("7")).toEqual(GOOD);
      killedAt(call, n, teardownWords());
      expect(site.teardown("7")).toEqual(GOOD);
      expect(site.leftovers()).toEqual([]);
    },
  );

  test("a prolog killed as a whole, at moments of all kinds, leaves nothing that an epilog does not remove", async () => {
    for (let moment = 0; moment < 60; moment += 4) {
      const prolog = spawn(BINARY, [...setupWords()], { env: ENV, cwd: "/", stdio: "ignore", detached: true });
      const ended = once(prolog, "exit");
      await new Promise((resolve) => setTimeout(resolve, moment));
      killGroup(prolog);
      await ended;
      expect(site.teardown("7")).toEqual(GOOD);
      expect(site.leftovers()).toEqual([]);
    }
  });

  test("several prologs and epilogs at once are one after the other", async () => {
    const begin = (words: readonly string[]) =>
      spawn(BINARY, [...words], { env: ENV, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
    const first = await Promise.all([1, 2, 3, 4].map(() => statusOf(begin(setupWords()))));
    expect(first).toEqual([0, 0, 0, 0]);
    expect(site.shifter("7", "echo", "one").out).toBe("one");
    expect(
      readFileSync("/proc/self/mounts", "utf8").match(new RegExp(`${site.holder("7")}/root overlay`, "g")),
    ).toHaveLength(1);
    const mixed = [setupWords(), teardownWords(), setupWords(), teardownWords()];
    expect(await Promise.all(mixed.map((words) => statusOf(begin(words))))).toEqual([0, 0, 0, 0]);
    expect(["", "ready"]).toContain(site.status().setups[0]?.state ?? "");
  });

  test("a process that stays in its container keeps it for itself; the epilog says which, and it goes with it", async () => {
    expect(site.setup("7")).toEqual(GOOD);
    const [command = "", ...words] = site.shifterWords("sh", "-c", "echo in; exec sleep 20");
    const inside = spawn(command, words, { env: site.jobEnv("7"), cwd: "/", stdio: ["ignore", "pipe", "ignore"] });
    await once(inside.stdout, "data");
    const ended = once(inside, "exit");
    // Launches elsewhere on the machine hold what was mounted when they began, too, until they have their own root.
    const own = { pid: inside.pid, name: "sleep", uid: site.user.uid };
    expect(site.status().setups[0].processes).toContainEqual(own);
    expect(site.node("status").out).toContain(String(inside.pid));
    const { status, err } = site.teardown("7");
    expect(status).toBe(0);
    expect(err).toMatch(new RegExp(`stays attached until .*process ${inside.pid} \\(sleep, user ${site.user.uid}\\)`));
    expect(site.status()).toMatchObject({ setups: [], pinned: [{ holders: expect.arrayContaining([own]) }] });
    expect(site.node("status").out).toContain(`process ${inside.pid} (sleep`);
    // The next job gets its own.
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.shifter("7", "echo", "next").out).toBe("next");
    inside.kill("SIGKILL");
    await ended;
    expect(site.teardown("7")).toEqual(GOOD);
    await until(() => site.leftovers().length === 0);
  });

  test("a process with its working directory in what is set up is found as well", async () => {
    expect(site.setup("7")).toEqual(GOOD);
    const script = `cd ${site.holder("7")}/root/bin && echo in && exec sleep 20`;
    const inside = spawn(
      "setpriv",
      ["--reuid", site.user.name, "--regid", String(site.user.gid), "--clear-groups", "sh", "-c", script],
      {
        ...{ env: ENV, cwd: "/", stdio: ["ignore", "pipe", "ignore"] },
      },
    );
    await once(inside.stdout, "data");
    const ended = once(inside, "exit");
    expect(site.teardown("7").err).toContain(`process ${inside.pid} (sleep`);
    inside.kill("SIGKILL");
    await ended;
    await until(() => site.leftovers().length === 0);
  });

  test("a mount namespace that others make meanwhile keeps nothing", async () => {
    expect(site.setup("7")).toEqual(GOOD);
    const script = `grep -c ${site.nodeDir} /proc/self/mountinfo && exec sleep 20`;
    const other = spawn("unshare", ["-m", "--propagation", "private", "sh", "-c", script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [copies] = await once(other.stdout, "data");
    const ended = once(other, "exit");
    expect(Number(String(copies))).toBeGreaterThan(3);
    expect(site.teardown("7")).toEqual(GOOD);
    expect(site.leftovers()).toEqual([]);
    other.kill("SIGKILL");
    await ended;
  });

  test("mounts that travel to other namespaces, as systemd has them, are set up and taken down alike", () => {
    const words = (all: readonly string[]) => all.map((word) => `'${word}'`).join(" ");
    const script = [
      "mount --make-rshared /",
      `${words([BINARY, ...setupWords()])} && test -e ${site.holder("7")}/root/bin/sh`,
      words(site.shifterWords("echo", "inside")),
      `${words([BINARY, ...teardownWords()])} && ! grep -q ${site.nodeDir} /proc/self/mountinfo && echo gone`,
    ].join(" && ");
    const { stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script], {
      env: site.jobEnv("7"),
      cwd: "/",
      encoding: "utf8",
    });
    expect([stdout, stderr]).toEqual(["inside\ngone\n", ""]);
  });

  test("an image that is replaced while it is set up stays what it was for the job", () => {
    expect(site.setup("7")).toEqual(GOOD);
    renameSync(join(site.images, `${SECOND}.squashfs`), join(site.images, `${FIRST}.squashfs`));
    expect(site.shifter("7", "ls", "/").out.split("\n")).not.toContain("second");
    expect(site.teardown("7")).toEqual(GOOD);
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.shifter("7", "ls", "/").out.split("\n")).toContain("second");
    site.publish(SECOND);
  });

  test("what is left half is shown with what to do, and the next set-up begins anew", () => {
    // Both the process that builds and the one that would clean up after it.
    const kill = ["fchown", "umount2"].flatMap((call) => ["-e", `inject=${call}:signal=KILL`]);
    const words = ["-f", "-qqq", "-o", "/dev/null", "-e", "trace=fchown,umount2", ...kill, BINARY, ...setupWords()];
    spawnSync("strace", words, { env: ENV, cwd: "/" });
    expect(site.status().setups).toMatchObject([{ state: "half", job: "7", uid: site.user.uid }]);
    expect(site.node("status").out).toContain(`berth node teardown --uid ${site.user.uid} --job 7`);
    expect(site.as("user", "ls", site.holder("7")).err).toContain("Permission denied");
    expect(site.shifter("7", "true").err).not.toContain(site.nodeDir);
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.status().setups).toMatchObject([{ state: "ready" }]);
  });

  test("a hundred jobs in a row leave no mount, loop device or file", () => {
    for (let job = 0; job < 100; job += 1) {
      expect(site.setup(String(job))).toEqual(GOOD);
      expect(site.teardown(String(job))).toEqual(GOOD);
    }
    expect(site.leftovers()).toEqual([]);
    expect(readdirSync(site.nodeDir)).toEqual([]);
  });
});

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It was done already.
  }
}

async function statusOf(child: ChildProcess): Promise<number> {
  const [status] = (await once(child, "exit")) as [number];
  return status;
}
