import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPlace, makeGroup, mayEnter, missingControllers } from "./control-group.ts";
import { parseLimits } from "./limits-file.ts";
import { controllersOf, groupFiles, unitProperties } from "./translate.ts";
import { limitWishes, wantsLimits } from "./wishes.ts";

const ALL = {
  cpus: "1.5",
  "cpu-shares": "1024",
  "cpuset-cpus": "0-3,8",
  "cpuset-mems": "0",
  memory: "1G",
  "memory-reservation": "512M",
  "memory-swap": "2G",
  "pids-limit": "100",
  "blkio-weight": "500",
};

describe("wishes", () => {
  test("become the files of cgroup v2", () => {
    expect(Object.fromEntries(groupFiles(limitWishes(ALL)))).toEqual({
      "cpu.max": "150000 100000",
      "cpu.weight": "39",
      "cpuset.cpus": "0-3,8",
      "cpuset.mems": "0",
      "memory.max": "1073741824",
      "memory.low": "536870912",
      "memory.swap.max": "1073741824",
      "pids.max": "100",
      "io.weight": "4950",
    });
  });

  test("become the properties of a unit", () => {
    expect(unitProperties(limitWishes({ cpus: "0.5", memory: "64M", "memory-swap": "-1", "pids-limit": "9" }))).toEqual(
      ["CPUQuota=50%", "MemoryMax=67108864", "MemorySwapMax=infinity", "TasksMax=9"],
    );
    expect(unitProperties({ unified: { "hugetlb.2MB.max": "0" } })).toBeUndefined();
  });

  test("need the controllers whose files they are", () => {
    expect(controllersOf(groupFiles(limitWishes({ memory: "1G", "memory-swap": "1G", cpus: "1" })).keys())).toEqual([
      "cpu",
      "memory",
    ]);
  });

  test("may come to nothing", () => {
    expect(wantsLimits(limitWishes({}))).toBe(false);
    expect(wantsLimits(limitWishes({ "pids-limit": "-1" }))).toBe(false);
    expect(wantsLimits(limitWishes({ "pids-limit": "1" }))).toBe(true);
  });

  test.each([
    [{ cpus: "0" }, "number from"],
    [{ cpus: "many" }, "number from"],
    [{ "pids-limit": "1.5" }, "whole number"],
    [{ "cpuset-cpus": "0;1" }, "list of numbers"],
    [{ "blkio-weight": "5" }, "10 to 1000"],
    [{ memory: "much" }, "is not a size"],
    [{ "memory-swap": "1G" }, "needs --memory"],
    [{ memory: "2G", "memory-swap": "1G" }, "no less than --memory"],
  ])("that make no sense are refused: %o", (texts, words) => {
    expect(() => limitWishes(texts)).toThrow(words);
  });
});

describe("a file of limits", () => {
  test("is read in the form of the OCI runtime", () => {
    const text = `
[cpu]
shares = 512
quota = 200000
cpus = "0-1"
[memory]
limit = 1073741824
swap = -1
[pids]
limit = 64
[blockIO]
weight = 500
[unified]
"memory.high" = "900000000"
`;
    expect(parseLimits(text, "f")).toMatchObject({
      cpus: 2,
      cpuShares: 512,
      cpusetCpus: "0-1",
      memory: 1073741824,
      memorySwap: -1,
      pids: 64,
      blkioWeight: 500,
      unified: { "memory.high": "900000000" },
    });
  });

  test("means by 0 what is usual, as the OCI runtimes do", () => {
    const text = "[cpu]\nshares = 0\nquota = 50000\nperiod = 0\n[blockIO]\nweight = 0\n";
    expect(Object.fromEntries(groupFiles(parseLimits(text, "f")))).toEqual({ "cpu.max": "50000 100000" });
  });

  test.each([
    ["[memory", "no file of limits"],
    ["memory = 1", "memory is not a table"],
    ['[memory]\nlimit = "1G"', "not a whole number"],
    ["[memory]\nkernel = 1", "memory.kernel is not supported"],
    ["[network]\nclassID = 1", "network.classID is not supported"],
    ['[unified]\n"../../x" = "1"', "no file of a controller"],
    ['[unified]\n"cgroup.procs" = "1"', "no file of a controller"],
    ['[cpu]\ncpus = "all"', "not a list"],
  ])("that cannot be obeyed is refused: %j", (text, words) => {
    expect(() => parseLimits(text, "f")).toThrow(words);
  });
});

// The kernel's files in plain folders: which of them decide, and what is written.
describe("a control group", () => {
  let mount: string;
  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), "berth-groups-"));
    group("/", "cpu memory pids", "memory pids");
    group("/user", "memory pids", "memory pids");
    group("/user/session", "memory pids", "");
  });
  afterEach(() => rmSync(mount, { recursive: true, force: true }));

  function group(path: string, controllers: string, handedDown: string): void {
    mkdirSync(join(mount, path), { recursive: true });
    writeFileSync(join(mount, path, "cgroup.controllers"), `${controllers}\n`);
    writeFileSync(join(mount, path, "cgroup.subtree_control"), `${handedDown}\n`);
    writeFileSync(join(mount, path, "cgroup.procs"), "");
  }

  test("is made where its controllers are handed down", () => {
    expect(findPlace({ mount, own: "/user" }, ["memory"])).toBe(join(mount, "user"));
  });

  test("may have a controller handed down for it", () => {
    expect(findPlace({ mount, own: "/user/session" }, ["memory"])).toBe(join(mount, "user/session"));
    expect(readFileSync(join(mount, "user/session/cgroup.subtree_control"), "utf8")).toContain("+memory");
  });

  test("is not made where the way up is closed", () => {
    rmSync(join(mount, "user/session/cgroup.procs"));
    expect(findPlace({ mount, own: "/user/session" }, ["memory"])).toBeUndefined();
  });

  test("misses controllers that version 1 has", () => {
    expect(missingControllers({ mount, own: "/" }, ["memory.max", "io.weight"])).toEqual(["io"]);
  });

  test("gets its values, and takes the place of those that ended", () => {
    mkdirSync(join(mount, "user/berth-4194305-00000000"));
    mkdirSync(join(mount, `user/berth-${process.pid}-00000000`));
    const made = makeGroup(join(mount, "user"), new Map([["memory.max", "64"]]));
    expect(readFileSync(join(made, "memory.max"), "utf8")).toBe("64");
    expect(readdirSync(join(mount, "user"))).not.toContain("berth-4194305-00000000");
    expect(readdirSync(join(mount, "user"))).toContain(`berth-${process.pid}-00000000`);
  });

  test("that cannot be made is told with its place", () => {
    expect(() => makeGroup("/proc/self/fd", new Map([["memory.max", "64"]]))).toThrow(
      /can be made in \/proc\/self\/fd/,
    );
  });

  test("that refuses a value is removed again", () => {
    expect(() => makeGroup(join(mount, "user"), new Map([["no/such", "1"]]))).toThrow(/limit no\/such = 1 was refused/);
    expect(readdirSync(join(mount, "user")).filter((name) => name.startsWith("berth-"))).toEqual([]);
  });

  test("may be entered from below a group whose list may be written", () => {
    expect(mayEnter({ mount, own: "/user/session" }, join(mount, "user"))).toBe(true);
    rmSync(join(mount, "user/cgroup.procs"));
    expect(mayEnter({ mount, own: "/user/session" }, join(mount, "user"))).toBe(false);
  });
});
