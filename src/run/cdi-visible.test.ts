import { describe, expect, test } from "vitest";
import { AMD, type Machine, NVIDIA, parseGpuInformation, visibleDevices } from "./cdi-visible.ts";

const edits = (...paths: string[]) => ({
  ...{ env: [], mounts: [], hooks: [], groups: [], netDevices: [] },
  deviceNodes: paths.map((path) => ({ path, hostPath: path })),
});
const UUID = ["GPU-00000000-aaaa", "GPU-00000000-bbbb"];
const FOUR = new Map([0, 1, 2, 3].map((n) => [String(n), edits(`/dev/nvidia${n}`)]));
const all = ["all", edits("/dev/nvidia0", "/dev/nvidia1", "/dev/nvidia2", "/dev/nvidia3")] as const;
const DEVICES = new Map([...FOUR, all]);

function choose(env: Record<string, string>, more: Partial<Machine> = {}, devices = DEVICES) {
  return visibleDevices(NVIDIA, devices, { env, usable: () => true, uuids: new Map(), ownNodes: false, ...more });
}

describe("the GPUs that a process may see", () => {
  test.each<[Record<string, string>, readonly string[] | string]>([
    [{}, ["all"]],
    [{ CUDA_VISIBLE_DEVICES: "1" }, ["1"]],
    [{ CUDA_VISIBLE_DEVICES: "3,0" }, ["3", "0"]],
    [{ CUDA_VISIBLE_DEVICES: " 2 , 1 " }, ["2", "1"]],
    [{ CUDA_VISIBLE_DEVICES: "0,-1,1" }, ["0"]],
    [{ CUDA_VISIBLE_DEVICES: "" }, "none"],
    [{ CUDA_VISIBLE_DEVICES: "-1" }, "none"],
    [{ CUDA_VISIBLE_DEVICES: "NoDevFiles" }, "none"],
    [{ NVIDIA_VISIBLE_DEVICES: "all" }, ["all"]],
    [{ NVIDIA_VISIBLE_DEVICES: "all", CUDA_VISIBLE_DEVICES: "2" }, ["2"]],
    [{ NVIDIA_VISIBLE_DEVICES: "1,2", CUDA_VISIBLE_DEVICES: "0" }, ["1", "2"]],
    [{ NVIDIA_VISIBLE_DEVICES: "none" }, "none"],
    [{ NVIDIA_VISIBLE_DEVICES: "void" }, "nothing"],
    [{ NVIDIA_VISIBLE_DEVICES: "" }, "nothing"],
    [{ ROCR_VISIBLE_DEVICES: "1" }, ["all"]],
  ])("by %j are %j", (env, want) => {
    expect(choose(env).devices).toEqual(want);
  });

  test("are counted among those that the control group leaves open", () => {
    const usable = (node: string) => /[23]$/.test(node);
    expect(choose({}, { usable }).devices).toEqual(["2", "3"]);
    expect(choose({ CUDA_VISIBLE_DEVICES: "0" }, { usable }).devices).toEqual(["2"]);
    expect(choose({ CUDA_VISIBLE_DEVICES: "1" }, { usable }).devices).toEqual(["3"]);
    expect(choose({}, { usable: () => false }).devices).toEqual([]);
  });

  test("that are not there are named", () => {
    expect(choose({ CUDA_VISIBLE_DEVICES: "0,7,1" })).toMatchObject({ devices: ["0"], absent: ["7", "1"] });
    expect(choose({ CUDA_VISIBLE_DEVICES: "9" })).toMatchObject({ devices: "none", absent: ["9"] });
  });

  test("are counted anew in a container that has only them", () => {
    const chosen = choose({ CUDA_VISIBLE_DEVICES: "2,3" }, { ownNodes: true });
    expect([...chosen.env]).toEqual([["CUDA_VISIBLE_DEVICES", "0,1"]]);
    expect(choose({ NVIDIA_VISIBLE_DEVICES: "2" }, { ownNodes: true }).env.size).toBe(0);
    const both = choose({ NVIDIA_VISIBLE_DEVICES: "2,3", CUDA_VISIBLE_DEVICES: "2,3" }, { ownNodes: true });
    expect([...both.env]).toEqual([["CUDA_VISIBLE_DEVICES", "0,1"]]);
  });

  test("are told to a container that has the host's /dev", () => {
    const told = (env: Record<string, string>) => Object.fromEntries(choose(env).env);
    expect(told({})).toEqual({});
    expect(told({ CUDA_VISIBLE_DEVICES: "2,3" })).toEqual({ CUDA_VISIBLE_DEVICES: "2,3" });
    expect(told({ CUDA_VISIBLE_DEVICES: "" })).toEqual({ CUDA_VISIBLE_DEVICES: "" });
    expect(told({ NVIDIA_VISIBLE_DEVICES: "2,1" })).toEqual({ CUDA_VISIBLE_DEVICES: "2,1" });
    expect(told({ NVIDIA_VISIBLE_DEVICES: "0,0,1" })).toEqual({ CUDA_VISIBLE_DEVICES: "0,1" });
    expect(told({ NVIDIA_VISIBLE_DEVICES: "void", CUDA_VISIBLE_DEVICES: "1" })).toEqual({ CUDA_VISIBLE_DEVICES: "1" });
  });

  test("may be named by UUID, whole or cut short, in a specification or by the driver", () => {
    const named = new Map([...UUID.map((uuid, n) => [uuid, edits(`/dev/nvidia${n}`)] as const), all]);
    expect(choose({ CUDA_VISIBLE_DEVICES: UUID[1] ?? "" }, {}, named).devices).toEqual([UUID[1]]);
    expect(choose({ CUDA_VISIBLE_DEVICES: "GPU-00000000-b" }, {}, named).devices).toEqual([UUID[1]]);
    expect(choose({ CUDA_VISIBLE_DEVICES: "GPU-00000000" }, {}, named).devices).toBe("none");
    expect(choose({ CUDA_VISIBLE_DEVICES: "1" }, {}, named).devices).toEqual([UUID[1]]);
    const uuids = new Map([["GPU-12345678-cccc", "/dev/nvidia3"]]);
    expect(choose({ CUDA_VISIBLE_DEVICES: "GPU-12345678" }, { uuids, ownNodes: true })).toMatchObject({
      devices: ["3"],
      env: new Map([["CUDA_VISIBLE_DEVICES", "GPU-12345678"]]),
    });
  });

  test("may be parts of a GPU, which are not counted", () => {
    const parts = new Map([...DEVICES, ["0:1", edits("/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap9")] as const]);
    expect(choose({ NVIDIA_VISIBLE_DEVICES: "0:1" }, {}, parts).devices).toEqual(["0:1"]);
    expect(choose({ CUDA_VISIBLE_DEVICES: "1" }, {}, parts).devices).toEqual(["1"]);
  });

  test("of AMD are bound by AMD's variables", () => {
    const devices = new Map([0, 1].map((n) => [String(n), edits(`/dev/dri/card${n}`, `/dev/dri/renderD${128 + n}`)]));
    const machine = { usable: () => true, uuids: new Map(), ownNodes: true };
    const by = (env: Record<string, string>) => visibleDevices(AMD, devices, { ...machine, env });
    expect(by({ ROCR_VISIBLE_DEVICES: "1" })).toMatchObject({ devices: ["1"], by: "ROCR_VISIBLE_DEVICES" });
    expect(by({ HIP_VISIBLE_DEVICES: "0" }).devices).toEqual(["0"]);
    expect(by({}).devices).toEqual(["0", "1"]);
  });

  test("of a specification without nodes to count are all", () => {
    expect(choose({}, {}, new Map([["all", edits("/dev/dxg")]])).devices).toEqual(["all"]);
  });
});

test("the driver tells UUID and node of a GPU", () => {
  const uuid = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6";
  const text = `Model: \t\t NVIDIA X\nGPU UUID: \t ${uuid}\nBus Location: \t 0000:07:00.0\nDevice Minor: \t 5\n`;
  expect(parseGpuInformation(text)).toEqual([uuid, "/dev/nvidia5"]);
  expect(parseGpuInformation("GPU UUID: GPU-????????-????-????-????-????????????\nDevice Minor: 1\n")).toBeUndefined();
});
