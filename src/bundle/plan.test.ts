import { describe, expect, test } from "vitest";
import { type BundleConfig, parseBundleConfig } from "./config.ts";
import type { BundleHost } from "./mounts.ts";
import { type BundleInput, planBundle } from "./plan.ts";
import { aBundle } from "./testing.ts";
import { bundleUser } from "./user.ts";

const ADA = { uid: 1001, gid: 1001, name: "ada" };
const NONE = { missing: "/etc/subuid has no range for ada" };
const IDS = { uid: { start: 100_000, count: 65_536 }, gid: { start: 200_000, count: 65_536 } };

const parsed = (more?: Parameters<typeof aBundle>[0]) => parseBundleConfig(aBundle(more)) as BundleConfig;
const userOf = (more: Parameters<typeof aBundle>[0], ids: typeof IDS | typeof NONE = NONE, caller = ADA) =>
  bundleUser(parsed(more), caller, ids);

const HOST: BundleHost = {
  kind: (path) =>
    path === "/nowhere" ? undefined : path.startsWith("/proc/") && path !== "/proc/acpi" ? "file" : "dir",
  hasDevice: ({ path }) => path === "/dev/fuse",
  rootKind: () => undefined,
};

function planned(more: Parameters<typeof aBundle>[0] = {}, input: Partial<BundleInput> = {}) {
  const config = parsed(more);
  return planBundle({
    ...{
      bundle: "/b",
      config,
      root: "/b/rootfs",
      rootWritable: true,
      host: HOST,
      limits: [],
      keepFds: [],
      passed: new Map(),
    },
    ...{ user: bundleUser(config, ADA, NONE), passwd: "root:x:0:0::/root:/bin/sh\n", ignored: [], ...input },
  });
}

describe("the user of a bundle", () => {
  const noMaps = { uidMappings: [], gidMappings: [], namespaces: [] };
  const self = [{ containerID: 1001, hostID: 1001, size: 1 }];
  const as = (uid: number, gid = uid) => ({ user: { uid, gid } });

  test.each<[string, Parameters<typeof aBundle>[0], object]>([
    ["root of umoci's mapping", {}, { userns: { kind: "root" }, caps: "namespace", setid: undefined }],
    ["root without a mapping", { linux: noMaps }, { userns: { kind: "root" } }],
    ["the caller", { linux: noMaps, process: as(1001) }, { userns: { kind: "self" }, caps: "none" }],
    [
      "the caller by a mapping",
      { linux: { uidMappings: self, gidMappings: self }, process: as(1001) },
      { userns: { kind: "self" } },
    ],
    ["root without capabilities", { process: { capabilities: {} } }, { caps: "none" }],
  ])("may be %s", (_, more, want) => {
    expect(userOf(more)).toMatchObject(want);
  });

  test("may be another one with subordinate ids", () => {
    const user = userOf({ linux: noMaps, process: { user: { uid: 33, gid: 34, additionalGids: [5] } } }, IDS);
    expect(user).toMatchObject({ setid: { uid: 33, gid: 34 }, groups: [5], userns: { kind: "ranges" } });
    expect(user.userns).toMatchObject({
      maps: [{ kind: "u", inside: 0, outside: 1001 }, { inside: 1, outside: 100_000 }, {}, {}],
    });
  });

  test("may come from mappings of one's own", () => {
    const maps = (hostID: number) => [
      { containerID: 0, hostID: 1001, size: 1 },
      { containerID: 1, hostID, size: 10 },
    ];
    const user = userOf({ linux: { uidMappings: maps(100_000), gidMappings: maps(200_000) }, process: as(7) });
    expect(user).toMatchObject({ userns: { kind: "ranges" }, setid: { uid: 7, gid: 7 } });
  });

  test.each<[string, Parameters<typeof aBundle>[0], string]>([
    ["another one without ids", { linux: noMaps, process: as(33) }, "/etc/subuid has no range"],
    ["one that the mapping lacks", { process: as(33) }, "its mappings have no such user"],
    ["the host's root", { linux: { uidMappings: [{ containerID: 0, hostID: 0, size: 1 }] } }, "must have 1001"],
  ])("cannot be %s", (_, more, reason) => {
    expect(() => userOf(more)).toThrow(reason);
  });

  test("of the host's root is whom the bundle names", () => {
    const root = { uid: 0, gid: 0, name: "root" };
    expect(userOf({ linux: noMaps, process: as(33) }, NONE, root)).toMatchObject({
      userns: { kind: "none" },
      setid: { uid: 33, gid: 33 },
    });
  });
});

describe("the plan of a bundle", () => {
  test("has its namespaces, limits, environment and program", () => {
    expect(planned()).toMatchObject({
      unshare: ["pid", "ipc", "uts"],
      hostname: "umoci-default",
      root: { kind: "dir", source: "/b/rootfs" },
      limits: [{ name: "nofile", soft: 512, hard: 1024 }],
      env: new Map([
        ["PATH", "/bin"],
        ["TERM", "xterm"],
        ["HOME", "/root"],
      ]),
      exec: "sh",
      umask: 0o022,
      init: false,
    });
  });

  test.each<[boolean, boolean, string, boolean]>([
    [false, true, "direct", false],
    [true, true, "auto", true],
    [false, false, "auto", false],
  ])(
    "with root.readonly %j and files of the caller's %j has the layer %s",
    (readonly, rootWritable, kind, readonlyRoot) => {
      const plan = planned({ root: { path: "rootfs", readonly } }, { rootWritable });
      expect(plan).toMatchObject({ layer: { kind }, readonlyRoot });
    },
  );

  test("mounts what is asked for, and the devices that every container has", () => {
    const targets = planned().mounts.map((record) => ("target" in record ? `${record.op} ${record.target}` : ""));
    expect(targets.slice(0, 5)).toEqual(["proc /proc", "tmpfs /dev", "devpts /dev/pts", "bind /sys", "bind /dev/null"]);
    expect(targets).toContain("link /dev/ptmx");
    expect(planned().mounts).toContainEqual({ op: "tmpfs", target: "/dev", size: 65_536 * 1024, mode: 0o755 });
    expect(planned().mounts).toContainEqual({ op: "bind", source: "/sys", target: "/sys", flags: ["ro"] });
  });

  test("leaves the devices of a /dev that is the host's", () => {
    const mounts = [{ destination: "/dev", type: "bind", source: "/dev", options: ["rbind", "rslave"] }];
    expect(planned({ mounts }).mounts).toEqual([
      { op: "bind", source: "/dev", target: "/dev", flags: ["rw", "dev", "slave"] },
    ]);
  });

  test("binds paths beside the bundle, devices of the host, and makes the start directory", () => {
    const mounts = [{ destination: "/data", source: "data", options: ["bind", "nodev", "rw", "ro"] }];
    const linux = { devices: [{ path: "/dev/fuse", type: "c", major: 10, minor: 229 }] };
    const { mounts: made } = planned({ mounts, linux, process: { cwd: "/work" } });
    expect(made).toContainEqual({ op: "bind", source: "/b/data", target: "/data", flags: ["ro"] });
    expect(made).toContainEqual({ op: "bind", source: "/dev/fuse", target: "/dev/fuse", flags: ["dev"] });
    expect(made).toContainEqual({ op: "dir", target: "/work", mode: 0o755 });
  });

  test("hides and protects what is there", () => {
    const linux = {
      maskedPaths: ["/proc/kcore", "/proc/acpi", "/etc/gone"],
      readonlyPaths: ["/proc/sys", "/etc/gone"],
    };
    const { mounts } = planned({ linux });
    const inside = (path: string) => ({ op: "bind", source: path, target: path, flags: ["inside", "ro"] });
    expect(mounts.slice(-4)).toEqual([
      inside("/proc/sys"),
      { op: "bind", source: "/dev/null", target: "/proc/kcore", flags: ["dev"] },
      { op: "tmpfs", target: "/proc/acpi", size: 4096, mode: 0o555 },
      inside("/proc/acpi"),
    ]);
  });

  test("hides what lies below a bind mount", () => {
    const mounts = [{ destination: "/data", type: "bind", source: "stuff" }];
    const kind = (path: string) => (path === "/b/stuff/secret" ? "file" : path === "/b/stuff" ? "dir" : undefined);
    const linux = { maskedPaths: ["/data/secret", "/data/gone", "/database"] };
    const { mounts: made } = planned({ mounts, linux }, { host: { ...HOST, kind } });
    expect(made.at(-1)).toEqual({ op: "bind", source: "/dev/null", target: "/data/secret", flags: ["dev"] });
    expect(made.filter((one) => "target" in one && one.target.startsWith("/data"))).toHaveLength(2);
  });

  test.each<[string, Parameters<typeof aBundle>[0], string]>([
    ["no source", { mounts: [{ destination: "/x", options: ["rbind"] }] }, "the bind mount on /x has no source"],
    [
      "a missing source",
      { mounts: [{ destination: "/x", type: "bind", source: "/nowhere" }] },
      "cannot mount /nowhere on /x",
    ],
    [
      "a type that takes privileges",
      { mounts: [{ destination: "/x", type: "ext4", source: "/dev/sda" }] },
      "ext4 takes privileges",
    ],
    [
      "an option nobody knows",
      { mounts: [{ destination: "/x", type: "tmpfs", options: ["tmpcopyup"] }] },
      "tmpcopyup cannot",
    ],
    [
      "mounts for the host",
      { mounts: [{ destination: "/x", type: "bind", source: "/", options: ["rshared"] }] },
      "never reach",
    ],
    [
      "a device that is not here",
      { linux: { devices: [{ path: "/dev/x", type: "c" }] } },
      "the device /dev/x cannot be made",
    ],
    ["a host name without a namespace", { linux: { namespaces: [] } }, "hostname needs"],
    [
      "a property that cannot be honoured",
      { process: { apparmorProfile: "x" } },
      "process.apparmorProfile cannot be honoured",
    ],
  ])("is refused with %s", (_, more, reason) => {
    expect(() => planned(more)).toThrow(reason);
  });

  test.each(["process.apparmorProfile", "process", "apparmorProfile"])(
    "lets pass what the caller names: %s",
    (name) => {
      expect(() => planned({ process: { apparmorProfile: "x" } }, { ignored: [name] })).not.toThrow();
    },
  );
});
