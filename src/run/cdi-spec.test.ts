import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hookEdit } from "./cdi-hooks.ts";
import { parseDeviceName } from "./cdi-name.ts";
import { type CdiSpec, parseCdiSpec } from "./cdi-spec.ts";

const withDevice = (containerEdits: unknown, more: object = {}) => ({
  cdiVersion: "0.6.0",
  kind: "vendor.example/class",
  devices: [{ name: "one", containerEdits }],
  ...more,
});

const editsOf = (containerEdits: unknown) => (parseCdiSpec(withDevice(containerEdits)) as CdiSpec).devices.get("one");

describe("a CDI specification", () => {
  test.each(["0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0", "v0.6.0"])(
    "of version %s is read",
    (cdiVersion) => {
      expect(parseCdiSpec(withDevice({}, { cdiVersion }))).toMatchObject({ kind: "vendor.example/class" });
    },
  );

  test.each<[unknown, string]>([
    [null, "it is no object"],
    [[], "it is no object"],
    ["x", "it is no object"],
    [{}, "it has no kind"],
    [{ kind: "x", cdiVersion: "0.6.0" }, "it has no kind"],
    [{ kind: "a/b" }, "it has no cdiVersion"],
    [{ kind: "a/b", cdiVersion: "0.1.0" }, "its cdiVersion is 0.1.0"],
    [{ kind: "a/b", cdiVersion: "2.0.0" }, "its cdiVersion is 2.0.0"],
    [withDevice({}, { devices: [{ name: "x y" }] }), '"x y" is not the name of a device'],
    [withDevice({}, { devices: [{ name: "a" }, { name: "a" }] }), "it has the device a twice"],
    [withDevice({}, { devices: {} }), "devices is no list"],
    [withDevice({ env: ["=x"] }), '"=x" is not NAME=VALUE'],
    [withDevice({ env: "X=1" }), "env is no list"],
    [withDevice({ deviceNodes: [{ path: "dev/x" }] }), '"dev/x" is not an absolute path'],
    [withDevice({ deviceNodes: [{ path: "/dev/../etc/shadow" }] }), "is not an absolute path"],
    [withDevice({ deviceNodes: [{ path: "/dev/x", type: "d" }] }), '"d" is no type of a device'],
    [withDevice({ deviceNodes: [{ path: "/dev/x", permissions: "rx" }] }), "no permissions"],
    [withDevice({ mounts: [{ hostPath: "/a", containerPath: "/" }] }), '"/" is not an absolute path'],
    [withDevice({ mounts: [{ containerPath: "/a", hostPath: "" }] }), "is not an absolute path"],
    [withDevice({ mounts: [{ containerPath: "/a", hostPath: "/b", type: "overlay" }] }), "need privileges"],
    [withDevice({ hooks: [{ hookName: "createContainer" }] }), "lacks its name or path"],
    [withDevice({ additionalGids: [-1] }), "is no group's number"],
  ])("%j is none: %s", (document, reason) => {
    expect(parseCdiSpec(document)).toContain(reason);
  });

  test("may leave out what is optional, and may bring annotations and fields of later versions", () => {
    const document = { ...withDevice(null), annotations: { a: "b" }, invented: [1] };
    expect(parseCdiSpec(document)).toMatchObject({ common: { env: [], mounts: [] } });
  });

  test("names a device by a number, as YAML reads it", () => {
    const spec = parseCdiSpec(withDevice({}, { devices: [{ name: 0 }] })) as CdiSpec;
    expect([...spec.devices.keys()]).toEqual(["0"]);
  });

  test("gives nodes with and without a place of their own on the host; numbers may be absent", () => {
    const deviceNodes = [
      { path: "/dev/a", type: "c", major: 1, minor: 3, permissions: "rw", fileMode: 438, uid: 0 },
      { path: "/dev//b/", hostPath: "/dev/null" },
      { path: "/dev/c", hostPath: "" },
    ];
    expect(editsOf({ deviceNodes })?.deviceNodes).toEqual([
      { path: "/dev/a", hostPath: "/dev/a" },
      { path: "/dev/b", hostPath: "/dev/null" },
      { path: "/dev/c", hostPath: "/dev/c" },
    ]);
  });

  test("gives mounts with their options, groups and network devices", () => {
    const edits = editsOf({
      mounts: [
        { hostPath: "/a", containerPath: "/b", options: ["ro", "nosuid"] },
        { containerPath: "/t", type: "tmpfs" },
      ],
      additionalGids: [44],
      netDevices: [{ hostInterfaceName: "eth7", name: "x" }],
    });
    expect(edits?.mounts).toEqual([
      { type: "bind", hostPath: "/a", containerPath: "/b", options: ["ro", "nosuid"] },
      { type: "tmpfs", hostPath: "", containerPath: "/t", options: [] },
    ]);
    expect(edits).toMatchObject({ groups: [44], netDevices: ['"eth7"'] });
  });

  test("never gives a path that leaves the container, whatever is written", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("/..", "/a/../b", "/", "a", "/x", "/dev/\0"), fc.constant(7));
    const edits = fc.record(
      {
        env: fc.oneof(fc.array(fc.string()), fc.anything()),
        deviceNodes: fc.array(fc.record({ path: text, hostPath: text }, { requiredKeys: [] })),
        mounts: fc.array(
          fc.record({ hostPath: text, containerPath: text, options: fc.anything() }, { requiredKeys: [] }),
        ),
        hooks: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(edits, (value) => {
        const spec = parseCdiSpec(withDevice(value));
        if (typeof spec === "string") return;
        const one = spec.devices.get("one");
        const paths = [
          ...(one?.deviceNodes ?? []).flatMap(({ path, hostPath }) => [path, hostPath]),
          ...(one?.mounts ?? []).flatMap(({ hostPath, containerPath }) => [hostPath, containerPath]),
        ];
        for (const path of paths) expect(path).toMatch(/^(\/(?!\.\.(\/|$))[^/\0]+)+$/);
        for (const hook of one?.hooks ?? []) hookEdit(hook);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test("is told from any other value without a failure", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof parseCdiSpec(value)).toBe("string");
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe("the name of a device", () => {
  test.each(["nvidia.com/gpu=0", "vendor.example/my-class.x=GPU-1a:2_b", "a/b=all"])("%s is one", (name) => {
    expect(parseDeviceName(name)).toEqual({ kind: name.split("=")[0], device: name.split("=")[1] });
  });

  test.each(["", "=", "a=b", "a/b", "a/b=", "1a/b=c", "a/b=-c", "a/b=c d", "a/b/c=d", "a/b=c=d", "a /b=c"])(
    "%j is none",
    (name) => expect(parseDeviceName(name)).toBeUndefined(),
  );
});

describe("a hook", () => {
  const hook = (...args: string[]) => hookEdit({ hookName: "createContainer", path: "/usr/bin/nvidia-ctk", args });

  test.each([
    [["nvidia-ctk", "hook", "create-symlinks", "--link", "a.so.1::/usr/lib/a.so", "--link=b::/c/"]],
    [["nvidia-cdi-hook", "create-symlinks", "--link", "a.so.1::/usr/lib/a.so,b::/c"]],
    [["create-symlinks", "--link", "a.so.1::/usr/lib/a.so", "--link", "b::/c"]],
  ])("%j makes links", (args) => {
    const links = [
      { path: "/usr/lib/a.so", to: "a.so.1" },
      { path: "/c", to: "b" },
    ];
    expect(hook(...args)).toEqual({ kind: "links", links });
  });

  test("update-ldcache names folders", () => {
    expect(hook("nvidia-ctk", "hook", "update-ldcache", "--folder", "/usr/lib64", "--folder=/opt/lib/")).toEqual({
      kind: "libraries",
      folders: ["/usr/lib64", "/opt/lib"],
    });
    expect(hook("nvidia-ctk", "hook", "update-ldcache")).toEqual({ kind: "libraries", folders: [] });
  });

  test.each(["chmod", "enable-cuda-compat", "disable-device-node-modification"])("%s is needless", (name) => {
    expect(hook("nvidia-cdi-hook", name, "--x=1")).toMatchObject({ kind: "needless", name });
  });

  test.each([
    [["nvidia-ctk", "hook", "invent"], "invent"],
    [[], "nvidia-ctk"],
    [["x", "create-symlinks"], "x"],
    [["nvidia-ctk", "hook", "create-symlinks", "--link", "a::b"], "create-symlinks"],
    [["nvidia-ctk", "hook", "create-symlinks", "--link", "a::/b/../c"], "create-symlinks"],
    [["nvidia-ctk", "hook", "update-ldcache", "--folder", "lib"], "update-ldcache"],
  ])("%j is not done", (args, name) => {
    expect(hook(...args)).toEqual({ kind: "unknown", name });
  });
});
