import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findDevices } from "./cdi.ts";
import { readSpecs } from "./cdi-files.ts";

describe("a device that is asked for by name", () => {
  const edits = (more: object) => ({
    cdiVersion: "1.1.0",
    kind: "a.b/c",
    devices: [{ name: "x", containerEdits: more }],
  });

  async function find(more: object): Promise<readonly string[]> {
    const dir = mkdtempSync(join(tmpdir(), "berth-cdi-"));
    try {
      writeFileSync(join(dir, "a.json"), JSON.stringify(edits(more)));
      const said: string[] = [];
      const say = (text: string) => void said.push(text);
      const log = { debug: say, info: say, warn: say };
      await findDevices({ names: ["a.b/c=x"], dirs: [dir], env: {}, dev: { minimal: true, ipc: false }, log });
      return said;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  test("cannot bring network devices along", async () => {
    const sentence = 'the device a.b/c=x wants the network device "eth7" moved';
    await expect(find({ netDevices: [{ hostInterfaceName: "eth7", name: "eth0" }] })).rejects.toThrow(sentence);
  });

  test.skipIf(process.getuid?.() === 0)("is for members of its groups [root needs none]", async () => {
    expect(await find({ additionalGids: [4_000_000] })).toEqual([
      expect.stringContaining("4000000, to which you do not belong"),
    ]);
  });

  test("waits for no specification that is a pipe", { timeout: 5_000 }, async () => {
    const dir = mkdtempSync(join(tmpdir(), "berth-cdi-"));
    execFileSync("mkfifo", [join(dir, "a.json")]);
    const said: string[] = [];
    expect(await readSpecs([dir], { debug() {}, info() {}, warn: (text) => void said.push(text) })).toEqual([]);
    expect(said).toEqual([expect.stringContaining("a.json: it is no file")]);
    rmSync(dir, { recursive: true });
  });

  test("is named by vendor, class and name", async () => {
    const wish = { dirs: [], env: {}, dev: { minimal: true, ipc: false }, log: { debug() {}, info() {}, warn() {} } };
    await expect(findDevices({ ...wish, names: ["gpu0"] })).rejects.toThrow('"gpu0" is not the name of a CDI device');
  });
});
