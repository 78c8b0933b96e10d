import { describe, expect, test } from "vitest";
import { examine, isFit } from "./checks.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const GIB = 1024 ** 3;
const program = (path: string, setuid = false) => ({ path, setuid });

const WELL: Facts = {
  now: Date.UTC(2027, 0, 1),
  user: { uid: 1000, name: "ada" },
  distributions: ["ubuntu", "debian"],
  distributionName: "Ubuntu 24.04 LTS",
  kernel: {
    release: "6.8.0-31-generic",
    machine: "x86_64",
    config: { SQUASHFS: "y", SQUASHFS_ZLIB: "y", SQUASHFS_ZSTD: "y", SQUASHFS_DECOMP_MULTI_PERCPU: "y", USER_NS: "y" },
    filesystems: ["squashfs", "overlay"],
    modules: [],
  },
  namespaces: {
    max: 96365,
    insideContainer: false,
    trial: { works: true, by: "berth-launch" },
    overlay: { works: true, by: "berth-launch" },
  },
  subIds: {
    uids: [{ first: 100_000, count: 65_536 }],
    gids: [{ first: 100_000, count: 65_536 }],
    newuidmap: program("/usr/bin/newuidmap", true),
    newgidmap: program("/usr/bin/newgidmap", true),
  },
  fuse: { mode: 0o666, open: { works: true, by: "/dev/fuse" } },
  programs: {
    squashfuse_ll: program("/usr/bin/squashfuse_ll"),
    fusermount3: program("/usr/bin/fusermount3", true),
    tar2sqfs: program("/usr/bin/tar2sqfs"),
    unsquashfs: program("/usr/bin/unsquashfs"),
    fuse2fs: program("/usr/bin/fuse2fs"),
    "fuse-overlayfs": program("/usr/bin/fuse-overlayfs"),
    mke2fs: program("/usr/sbin/mke2fs"),
    e2fsck: program("/usr/sbin/e2fsck"),
    gocryptfs: program("/usr/bin/gocryptfs"),
    mmdebstrap: program("/usr/bin/mmdebstrap"),
  },
  launcher: "/usr/local/libexec/berth/berth-launch",
  loop: { works: false, by: "/dev/loop-control", reason: "EACCES" },
  cgroup: { version: "v2", controllers: ["cpu", "memory", "pids"], delegated: true, manager: false },
  cache: { path: "/home/ada/.cache/berth", free: 100 * GIB, writable: true },
  temp: { path: "/tmp", free: 100 * GIB, writable: true },
};

function find(facts: Facts, name: string): Finding {
  const finding = examine(facts).find((each) => each.name === name);
  if (!finding) throw new Error(`there is no check ${name}`);
  return finding;
}

const without = (name: string): Facts["programs"] =>
  Object.fromEntries(Object.entries(WELL.programs).filter(([each]) => each !== name));
const noNamespace = { works: false, by: "berth-launch", reason: "Operation not permitted" } as const;
const kernel = (changes: Partial<Facts["kernel"]>): Partial<Facts> => ({ kernel: { ...WELL.kernel, ...changes } });
const namespaces = (changes: Partial<Facts["namespaces"]>): Partial<Facts> => ({
  namespaces: { ...WELL.namespaces, trial: noNamespace, ...changes },
});
const noConfig = (): Partial<Facts> => {
  const { config: _, ...rest } = WELL.kernel;
  return { kernel: rest };
};

interface Case {
  readonly when: string;
  readonly facts: Partial<Facts>;
  readonly check: string;
  readonly state: Finding["state"];
  readonly found?: RegExp;
  readonly cure?: RegExp;
}

const CASES: readonly Case[] = [
  {
    when: "fuse2fs is not installed",
    facts: { programs: without("fuse2fs") },
    check: "overlay files",
    state: "warn",
    found: /^fuse2fs not installed$/,
    cure: /^sudo apt install fuse2fs$/,
  },
  {
    when: "neither program of overlay files is installed, on Fedora",
    facts: { programs: {}, distributions: ["fedora"] },
    check: "overlay files",
    state: "warn",
    found: /^fuse2fs and fuse-overlayfs not installed$/,
    cure: /^sudo dnf install fuse2fs fuse-overlayfs$/,
  },
  {
    when: "e2fsprogs is not installed",
    facts: { programs: {} },
    check: "e2fsprogs",
    state: "warn",
    cure: /^sudo apt install e2fsprogs$/,
  },
  {
    when: "gocryptfs is not installed",
    facts: { programs: without("gocryptfs") },
    check: "gocryptfs",
    state: "warn",
    cure: /^sudo apt install gocryptfs$/,
  },
  {
    when: "debootstrap is there in place of mmdebstrap",
    facts: { programs: { debootstrap: program("/usr/sbin/debootstrap") } },
    check: "mmdebstrap",
    state: "ok",
    found: /debootstrap/,
  },
  {
    when: "nothing makes a Debian tree",
    facts: { programs: without("mmdebstrap") },
    check: "mmdebstrap",
    state: "warn",
    cure: /^sudo apt install mmdebstrap$/,
  },
  {
    when: "user.max_user_namespaces is 0",
    facts: namespaces({ max: 0 }),
    check: "user namespaces",
    state: "gap",
    cure: /user\.max_user_namespaces=15000 \| sudo tee/,
  },
  {
    when: "Debian's sysctl forbids namespaces",
    facts: namespaces({ cloneAllowed: 0 }),
    check: "user namespaces",
    state: "gap",
    cure: /unprivileged_userns_clone=1/,
  },
  {
    when: "Ubuntu's AppArmor restricts namespaces",
    facts: namespaces({ apparmorRestricts: 1 }),
    check: "user namespaces",
    state: "gap",
    found: /AppArmor/,
    cure: /apparmor\/install\.sh/,
  },
  {
    when: "AppArmor restricts, but the profile is loaded",
    facts: namespaces({ apparmorRestricts: 1, trial: { works: true, by: "berth-launch" } }),
    check: "user namespaces",
    state: "ok",
  },
  {
    when: "a container's seccomp filter forbids namespaces",
    facts: namespaces({ insideContainer: true }),
    check: "user namespaces",
    state: "gap",
    cure: /--security-opt/,
  },
  {
    when: "root may not make namespaces",
    facts: { ...namespaces({}), user: { uid: 0, name: "root" } },
    check: "user namespaces",
    state: "warn",
  },
  {
    when: "the namespace could not be tried",
    facts: namespaces({ trial: { works: undefined, by: "nothing" } }),
    check: "user namespaces",
    state: "unknown",
  },
  {
    when: "an overlay cannot be mounted",
    facts: namespaces({ trial: WELL.namespaces.trial, overlay: noNamespace }),
    check: "overlay",
    state: "warn",
    cure: /5\.11/,
  },
  {
    when: "the kernel is of 2018",
    facts: { ...kernel({ release: "4.15.0-1" }), ...namespaces({}) },
    check: "kernel",
    state: "gap",
  },
  {
    when: "an old kernel carries what is needed",
    facts: kernel({ release: "4.18.0-553.el8" }),
    check: "kernel",
    state: "warn",
  },
  {
    when: "the kernel is one release too old for the launcher",
    facts: { ...kernel({ release: "5.11.0-49-generic" }), ...namespaces({}) },
    check: "kernel",
    state: "gap",
    cure: /5\.12/,
  },
  {
    when: "the user has no subordinate ids",
    facts: { subIds: { ...WELL.subIds, gids: [] } },
    check: "subordinate ids",
    state: "warn",
    found: /ada in \/etc\/subgid/,
    cure: /usermod/,
  },
  {
    when: "newuidmap has lost its power",
    facts: { subIds: { ...WELL.subIds, newuidmap: { path: "/usr/bin/newuidmap", setuid: false, capabilities: "" } } },
    check: "subordinate ids",
    state: "warn",
    cure: /setcap cap_setuid/,
  },
  {
    when: "newuidmap has a file capability",
    facts: {
      subIds: {
        ...WELL.subIds,
        newuidmap: { path: "/usr/bin/newuidmap", setuid: false, capabilities: "/usr/bin/newuidmap cap_setuid=ep" },
      },
    },
    check: "subordinate ids",
    state: "ok",
  },
  {
    when: "the power of newgidmap is not known",
    facts: { subIds: { ...WELL.subIds, newgidmap: program("/usr/bin/newgidmap") } },
    check: "subordinate ids",
    state: "unknown",
  },
  {
    when: "/dev/fuse is root's alone",
    facts: { fuse: { mode: 0o600, open: { works: false, by: "/dev/fuse", reason: "EACCES" } } },
    check: "/dev/fuse",
    state: "warn",
    found: /mode 0600/,
    cure: /chmod 0666/,
  },
  {
    when: "there is no /dev/fuse",
    facts: { fuse: { open: { works: false, by: "/dev/fuse", reason: "ENOENT" } } },
    check: "/dev/fuse",
    state: "warn",
    cure: /modprobe fuse/,
  },
  {
    when: "squashfuse_ll is missing",
    facts: { programs: without("squashfuse_ll") },
    check: "squashfuse_ll",
    state: "warn",
    cure: /apt install squashfuse/,
  },
  { when: "nothing can read squashfs", facts: { programs: {} }, check: "squashfuse_ll", state: "gap" },
  {
    when: "tar2sqfs is missing on Rocky Linux",
    facts: { programs: without("tar2sqfs"), distributions: ["rocky", "rhel", "centos", "fedora"] },
    check: "tar2sqfs",
    state: "warn",
    cure: /dnf install squashfs-tools-ng/,
  },
  {
    when: "fusermount3 is not setuid",
    facts: { programs: { ...WELL.programs, fusermount3: program("/usr/bin/fusermount3") } },
    check: "fusermount",
    state: "warn",
    cure: /chmod u\+s/,
  },
  {
    when: "the kernel reads gzip only",
    facts: kernel({ config: { SQUASHFS: "m", SQUASHFS_ZLIB: "y" } }),
    check: "kernel squashfs",
    state: "warn",
    found: /gzip, not zstd/,
  },
  { when: "the kernel's configuration cannot be read", facts: noConfig(), check: "kernel squashfs", state: "unknown" },
  {
    when: "one decompressor serves a mount",
    facts: kernel({ config: { SQUASHFS: "y", SQUASHFS_DECOMP_SINGLE: "y" } }),
    check: "squashfs readers",
    state: "warn",
  },
  {
    when: "root finds no loop devices",
    facts: { user: { uid: 0, name: "root" } },
    check: "loop devices",
    state: "warn",
    cure: /modprobe loop/,
  },
  {
    when: "control groups are of the first version",
    facts: { cgroup: { version: "v1", controllers: [], delegated: false, manager: false } },
    check: "control groups",
    state: "warn",
  },
  {
    when: "the control group is not the user's",
    facts: { cgroup: { ...WELL.cgroup, delegated: false } },
    check: "control groups",
    state: "warn",
    cure: /Delegate=yes/,
  },
  {
    when: "the control group is the user's but lacks a controller",
    facts: { cgroup: { ...WELL.cgroup, controllers: ["memory", "pids"] } },
    check: "control groups",
    state: "warn",
    cure: /Delegate=yes/,
  },
  {
    when: "systemd makes scopes for the user",
    facts: {
      cgroup: { ...WELL.cgroup, delegated: false, manager: true },
      programs: { ...WELL.programs, "systemd-run": { path: "/usr/bin/systemd-run", setuid: false } },
    },
    check: "control groups",
    state: "ok",
  },
  {
    when: "the cache's disk is nearly full",
    facts: { cache: { ...WELL.cache, free: GIB } },
    check: "cache",
    state: "warn",
  },
  {
    when: "the cache's disk is full",
    facts: { cache: { ...WELL.cache, free: 1024 } },
    check: "cache",
    state: "gap",
    cure: /BERTH_CACHEDIR/,
  },
  {
    when: "the temporary folder cannot be written to",
    facts: { temp: { ...WELL.temp, writable: false } },
    check: "temporary space",
    state: "gap",
    cure: /BERTH_TMPDIR/,
  },
  { when: "the clock stands at 1970", facts: { now: 0 }, check: "clock", state: "gap", cure: /timedatectl/ },
  { when: "the clock is a century ahead", facts: { now: Date.UTC(2126, 0, 1) }, check: "clock", state: "gap" },
  {
    when: "the launcher is missing",
    facts: { launcher: undefined },
    check: "launcher",
    state: "gap",
  },
];

describe("examine", () => {
  test("a machine that has everything passes every check", () => {
    const findings = examine(WELL);
    expect(findings.filter((finding) => finding.state !== "ok")).toEqual([]);
    expect(isFit(findings)).toBe(true);
  });

  test.each(CASES)("when $when, $check is $state", ({ facts, check, state, found, cure }) => {
    const finding = find({ ...WELL, ...facts }, check);
    expect(finding.state).toBe(state);
    if (found) expect(finding.found).toMatch(found);
    if (cure) expect(finding.cure).toMatch(cure);
    if (state === "warn" || state === "gap")
      expect(finding).toMatchObject({ consequence: expect.any(String), cure: expect.any(String) });
  });

  test("only a gap makes a machine unfit", () => {
    expect(
      isFit(examine({ ...WELL, cgroup: { version: "v1", controllers: [], delegated: false, manager: false } })),
    ).toBe(true);
    expect(isFit(examine({ ...WELL, programs: {} }))).toBe(false);
  });
});
