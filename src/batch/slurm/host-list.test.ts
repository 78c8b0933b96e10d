import { describe, expect, test } from "vitest";
import { expandCounts, expandHosts, hostsText } from "./host-list.ts";

describe("lists of nodes as Slurm writes them", () => {
  test.each([
    ["n1", ["n1"]],
    ["n1,login", ["n1", "login"]],
    ["n[1-3]", ["n1", "n2", "n3"]],
    ["n[08-10,12]", ["n08", "n09", "n10", "n12"]],
    ["rack[1-2]n[1,3],x", ["rack1n1", "rack1n3", "rack2n1", "rack2n3", "x"]],
    ["n[1-2]-ib", ["n1-ib", "n2-ib"]],
    ["", []],
  ])("%s is read", (list, names) => {
    expect(expandHosts(list)).toEqual(names);
  });

  test.each(["n[1-", "n]1[", "n[3-1]", "n[a-b]", "n[1-999999999]", "n[1-1000]x[1-1000]", "n[]"])(
    "%s is refused",
    (list) => {
      expect(() => expandHosts(list)).toThrow(expect.objectContaining({ code: "E_SLURM_NODES" }));
    },
  );

  test("processors of nodes are counted as often as it says", () => {
    expect(expandCounts("8(x2),4")).toEqual([8, 8, 4]);
    expect(() => expandCounts("8(x")).toThrow(expect.objectContaining({ code: "E_SLURM_NODES" }));
  });

  test("a job's nodes become hosts with their processors", () => {
    expect(hostsText("n[1-3]", "8(x2),4")).toBe("n1/8 n2/8 n3/4");
    expect(hostsText("n[1-2]", undefined)).toBe("n1/1 n2/1");
  });
});
