import { describe, expect, test } from "vitest";
import { addEdits, combineEdits, NO_EDITS, type PlacedSpec, resolveDevice } from "./cdi-edits.ts";
import { placeNodes, withoutFaults } from "./cdi-host.ts";
import { type CdiSpec, parseCdiSpec } from "./cdi-spec.ts";

const link = (text: string) => ({
  hookName: "createContainer",
  path: "/usr/bin/nvidia-ctk",
  args: ["nvidia-ctk", "hook", "create-symlinks", "--link", text],
});

const document = {
  cdiVersion: "0.6.0",
  kind: "example.com/gpu",
  containerEdits: {
    env: ["COMMON=1"],
    hooks: [
      link("a.so.1::/usr/lib/a.so"),
      { hookName: "createContainer", path: "/x", args: ["x", "invent"] },
      { hookName: "createContainer", path: "/x/nvidia-cdi-hook", args: ["nvidia-cdi-hook", "chmod", "--mode", "755"] },
    ],
  },
  devices: [
    {
      name: "0",
      containerEdits: {
        deviceNodes: [{ path: "/dev/gpu0" }],
        mounts: [{ hostPath: "/lib/a.so", containerPath: "/usr/lib/a.so.1", options: ["ro", "nosuid"] }],
        additionalGids: [44],
      },
    },
    { name: "1", containerEdits: { deviceNodes: [{ path: "/dev/gpu1", hostPath: "/dev/null" }], env: ["COMMON=2"] } },
  ],
};

const placed = (path: string, rank: number, more: object = {}): PlacedSpec => ({
  ...(parseCdiSpec({ ...document, ...more }) as CdiSpec),
  path,
  rank,
});
const zero = { kind: "example.com/gpu", device: "0" };

describe("the edits of devices", () => {
  const spec = placed("/etc/cdi/a.json", 0);
  const all = [spec.common, ...[...spec.devices.values()].flatMap((edits) => [spec.common, edits])];

  test("are nodes, files, variables, links and groups; those of the specification count once and come first", () => {
    const edits = combineEdits(all);
    expect(edits.mounts).toEqual([
      { op: "bind", source: "/dev/gpu0", target: "/dev/gpu0", flags: ["dev"] },
      { op: "bind", source: "/lib/a.so", target: "/usr/lib/a.so.1", flags: ["ro"] },
      { op: "bind", source: "/dev/null", target: "/dev/gpu1", flags: ["dev"] },
    ]);
    expect([...edits.env]).toEqual([["COMMON", "2"]]);
    expect(edits).toMatchObject({ links: [{ path: "/usr/lib/a.so", to: "a.so.1" }], groups: [44] });
    expect(edits.undone).toEqual(["invent"]);
    expect(edits.needless).toEqual(["chmod: the modes of the host's files count"]);
  });

  test("of a mount below /dev let devices through; a tmpfs has its size and mode", () => {
    const mounts = [
      { hostPath: "/dev/dri", containerPath: "/dev/dri" },
      { hostPath: "/dev/shm", containerPath: "/x", options: ["nodev", "ro"] },
      { containerPath: "/t", type: "tmpfs", options: ["size=64m", "mode=1777", "noexec"] },
    ];
    const one = placed("/x", 0, { devices: [{ name: "0", containerEdits: { mounts } }] }).devices.get("0");
    expect(combineEdits(one ? [one] : []).mounts).toEqual([
      { op: "bind", source: "/dev/dri", target: "/dev/dri", flags: ["rw", "dev"] },
      { op: "bind", source: "/dev/shm", target: "/x", flags: ["ro"] },
      { op: "tmpfs", target: "/t", size: 64 * 1024 * 1024, mode: 0o1777 },
    ]);
  });

  test("added to others replace what they say of the same place", () => {
    const mount = { op: "bind", source: "/new", target: "/usr/lib/a.so.1", flags: ["ro"] } as const;
    const sum = addEdits(combineEdits(all), { ...NO_EDITS, mounts: [mount], env: new Map([["COMMON", "3"]]) });
    expect(sum.mounts.filter(({ target }) => target === mount.target)).toEqual([mount]);
    expect(sum.env.get("COMMON")).toBe("3");
  });
});

describe("a device that several files have", () => {
  test("is that of the later folder", () => {
    const [etc, run] = [placed("/etc/cdi/a.json", 0), placed("/var/run/cdi/b.json", 1)];
    expect(resolveDevice(zero, [etc, run])).toMatchObject({ spec: { path: "/var/run/cdi/b.json" } });
    const other = placed("/var/run/cdi/b.json", 1, { devices: [{ name: "9" }] });
    expect(resolveDevice(zero, [etc, other])).toMatchObject({ spec: { path: "/etc/cdi/a.json" } });
  });

  test("of one folder is nobody's", () => {
    const both = [placed("/etc/cdi/a.json", 0), placed("/etc/cdi/b.yaml", 0)];
    expect(resolveDevice(zero, both)).toEqual({ conflict: ["/etc/cdi/a.json", "/etc/cdi/b.yaml"] });
  });

  test("that none has is undefined", () => {
    expect(resolveDevice({ ...zero, device: "9" }, [placed("/a", 0)])).toBeUndefined();
    expect(resolveDevice(zero, [])).toBeUndefined();
  });
});

describe("the host", () => {
  const node = (source: string, target: string) => ({ op: "bind", source, target, flags: ["dev"] }) as const;

  test("must have what a device brings", () => {
    const file = { op: "bind", source: "/etc/passwd", target: "/p", flags: ["ro"] } as const;
    const mounts = [
      node("/dev/null", "/dev/gpu0"),
      node("/nonexistent/x", "/dev/x"),
      node("/etc/passwd", "/dev/y"),
      file,
    ];
    const { edits, faults } = withoutFaults({ ...NO_EDITS, mounts });
    expect(edits.mounts).toEqual([mounts[0], file]);
    expect(faults).toEqual([
      { path: "/nonexistent/x", reason: "it does not exist, or cannot be reached" },
      { path: "/etc/passwd", reason: "it is no device" },
    ]);
  });

  test("shows its own nodes in its own /dev, and in a minimal one they are bound", () => {
    const mounts = [node("/dev/null", "/dev/null"), node("/dev/zero", "/dev/full")];
    expect(placeNodes(mounts, { minimal: false, ipc: false })).toEqual([mounts[1]]);
    expect(placeNodes(mounts, { minimal: true, ipc: false })).toEqual(mounts);
  });

  test("gets no new names in its /dev: the container's is another then, with all that is in the host's", () => {
    const mounts = [node("/dev/null", "/dev/nonexistent-gpu0")];
    const placedNodes = placeNodes(mounts, { minimal: false, ipc: true });
    expect(placedNodes[0]).toMatchObject({ op: "tmpfs", target: "/dev" });
    expect(placedNodes).toContainEqual({ op: "bind", source: "/dev/zero", target: "/dev/zero", flags: ["dev", "try"] });
    expect(placedNodes).toContainEqual(expect.objectContaining({ op: "link", target: "/dev/stdin" }));
    expect(placedNodes.at(-1)).toEqual(mounts[0]);
  });
});
