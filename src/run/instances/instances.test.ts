import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { selfIdentity } from "../../oci/store/process-identity.ts";
import { instanceNamed, parseInstanceName } from "./folder.ts";
import { knownInstances, refuseTaken, runningInstance } from "./known.ts";
import { RECORD_FORMAT } from "./record.ts";
import { imageStopSignal, signalNumber } from "./signals.ts";
import { groupUsage } from "./usage.ts";

describe("names of instances", () => {
  test.each(["a", "A.b-c_1", "0", "x".repeat(128)])("may be %s", (name) => {
    expect(parseInstanceName(name)).toBe(name);
    expect(instanceNamed(`instance://${name}`)).toBe(name);
  });

  test.each(["", ".", "..", "-x", "a/b", "a b", "ä", "a\n", "x".repeat(129)])("may not be %j", (name) => {
    expect(() => parseInstanceName(name)).toThrow("cannot be the name");
  });

  test("stand behind instance:// only", () => {
    expect(instanceNamed("image.sif")).toBeUndefined();
  });
});

describe("signals", () => {
  test.each([
    ["TERM", 15],
    ["sigkill", 9],
    ["10", 10],
    ["RTMIN+3", 37],
    ["SIGRTMIN", 34],
  ])("%s is number %i", (name, number) => {
    expect(signalNumber(name)).toBe(number);
  });

  test.each(["", "FOO", "0", "65", "RTMIN+40", "SIG"])("%j is none", (name) => {
    expect(() => signalNumber(name)).toThrow("is no signal");
  });

  test("an image's wish counts when there is such a signal", () => {
    expect([imageStopSignal("SIGQUIT"), imageStopSignal("NONSENSE"), imageStopSignal(undefined)]).toEqual([
      "SIGQUIT",
      "SIGTERM",
      "SIGTERM",
    ]);
  });
});

describe("records", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-records-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function write(name: string, change: Record<string, unknown> = {}): Promise<void> {
    const { domain, pid, start } = await selfIdentity();
    const texts = { image: "/i.sif", out: "", err: "", started: "2026-01-01T00:00:00.000Z", stopSignal: "SIGTERM" };
    const record = { format: RECORD_FORMAT, name, pid, start, domain, ...texts, ...change };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(record));
  }

  test("of a process that lives are instances, by pattern", async () => {
    await write("web-1");
    await write("web-2");
    await write("db");
    const names = async (pattern?: string) => (await knownInstances({ path: folder }, pattern)).map(({ name }) => name);
    expect(await names()).toEqual(["db", "web-1", "web-2"]);
    expect(await names("web-?")).toEqual(["web-1", "web-2"]);
    expect(await names("*.json")).toEqual([]);
  });

  test("of another process with the same number are removed", async () => {
    await write("old", { start: "1" });
    expect(await runningInstance(folder, "old")).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of another boot are removed, whatever process has the number", async () => {
    const { domain } = await selfIdentity();
    await write("old", { domain: `other-boot ${domain.split(" ")[1]}` });
    expect(await knownInstances({ path: folder })).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("written down in a session with another view of the same processes are instances", async () => {
    const { domain } = await selfIdentity();
    await write("same", { domain: `${domain.split(" ")[0]} elsewhere` });
    expect(await knownInstances({ path: folder })).toHaveLength(1);
  });

  test("of another container of this boot are left alone, and keep their name", async () => {
    const { domain } = await selfIdentity();
    await write("theirs", { domain: `${domain.split(" ")[0]} elsewhere`, start: "1" });
    expect(await knownInstances({ path: folder })).toEqual([]);
    expect(readdirSync(folder)).toEqual(["theirs.json"]);
    await expect(refuseTaken(folder, "theirs")).rejects.toMatchObject({ code: "E_INSTANCE_FOREIGN" });
  });

  test("that are damaged, or of another version, count as none", async () => {
    writeFileSync(join(folder, "broken.json"), "{");
    await write("newer", { format: RECORD_FORMAT + 1 });
    expect(await knownInstances({ path: folder })).toEqual([]);
    await refuseTaken(folder, "broken");
  });

  test("of another user count for root only when that user's process is meant, and are never removed", async () => {
    await write("mine");
    await write("stale", { start: "1" });
    const names = async (owner: number) => (await knownInstances({ path: folder, owner })).map(({ name }) => name);
    expect(await names(process.getuid?.() ?? 0)).toEqual(["mine"]);
    expect(await names(4_000_000)).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual(["mine.json", "stale.json"]);
  });

  test("that another user made up neither stop root's work nor lead it to files", async () => {
    const owner = process.getuid?.() ?? 0;
    for (const [name, change] of [
      ["domain", { domain: 5 }],
      ["signal", { stopSignal: ["TERM"] }],
      ["group", { controlGroup: {} }],
    ] as const)
      await write(name, change);
    execFileSync("mkfifo", [join(folder, "fifo.json")]);
    await write("link");
    renameSync(join(folder, "link.json"), join(folder, "elsewhere"));
    symlinkSync("elsewhere", join(folder, "link.json"));
    await write("real", { controlGroup: folder });
    const found = await knownInstances({ path: folder, owner });
    expect(found.map(({ name, controlGroup }) => [name, controlGroup])).toEqual([["real", undefined]]);
  });

  // As on many machines of many users: what /proc does not show may live or not.
  const hiding = "mount -t proc -o hidepid=2 proc /proc";
  const canHide = spawnSync("unshare", ["-m", "sh", "-c", hiding]).status === 0;
  test.skipIf(!canHide)(
    `that ended are removed where /proc hides processes${canHide ? "" : " [needs root]"}`,
    async () => {
      const module = join(import.meta.dirname, "known.ts");
      const program = `
      const { instanceDomain, knownInstances } = await import(${JSON.stringify(module)});
      const { readFileSync, writeFileSync } = await import("node:fs");
      const [path, ...pids] = process.argv.slice(1);
      for (const pid of pids) {
        const record = JSON.parse(readFileSync(path + "/seed.json", "utf8"));
        const name = "pid-" + pid;
        const change = { name, pid: Number(pid), domain: await instanceDomain() };
        writeFileSync(path + "/" + name + ".json", JSON.stringify({ ...record, ...change }));
      }
      console.log(JSON.stringify((await knownInstances({ path }, "pid-*")).map(({ name }) => name)));`;
      await write("seed");
      const words = [process.execPath, "--input-type=module", "-e", program, folder, String(process.pid), "4194305"];
      const { stdout } = spawnSync("unshare", ["-m", "sh", "-c", `${hiding} && exec "$@"`, "sh", ...words], {
        encoding: "utf8",
      });
      expect(JSON.parse(stdout)).toEqual([`pid-${process.pid}`]);
      expect(readdirSync(folder).toSorted()).toEqual([`pid-${process.pid}.json`, "seed.json"]);
    },
  );

  test("with another name than their file's count as none", async () => {
    await write("here", { name: "there" });
    expect(await knownInstances({ path: folder })).toEqual([]);
  });

  test("in a folder that is not there are none", async () => {
    expect(await knownInstances({ path: join(folder, "missing") })).toEqual([]);
  });
});

test("the use of a control group is read from its files", () => {
  const group = mkdtempSync(join(tmpdir(), "berth-usage-"));
  mkdirSync(group, { recursive: true });
  const files = {
    "memory.current": "1048576\n",
    "memory.max": "2097152\n",
    "cpu.stat": "usage_usec 1500\nuser_usec 1000\n",
    "io.stat": "8:0 rbytes=100 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n",
    "pids.current": "7\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(group, name), text);
  expect(groupUsage(group)).toEqual({
    cpuMicroseconds: 1500,
    memory: 1048576,
    memoryLimit: 2097152,
    bytesRead: 101,
    bytesWritten: 22,
    processes: 7,
    source: "control group",
  });
  rmSync(group, { recursive: true });
  expect(groupUsage(group)).toBeUndefined();
});
