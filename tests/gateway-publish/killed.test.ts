// A server that is killed in the middle of a publication: whatever is left, no reader sees half an image, publishing again
// works, and what is left over is known as such.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planFiles } from "../../src/gateway/collect/plan-collection.ts";

const ID = "aa".repeat(32);
const PROGRAM = join(import.meta.dirname, "publish-for-ever.ts");

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-killed-"));
  await mkdir(join(dir, "images"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("a kill at any moment leaves an image whole or not there", async () => {
  for (let round = 0; round < 12; round += 1) {
    await writeFile(join(dir, "made"), Buffer.alloc(3_000_000, "image"));
    const child = spawn(process.execPath, [PROGRAM, join(dir, "images"), join(dir, "made")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    // It says a word with each publication; the kill comes at another place of one each time.
    await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, round * 3));
    child.kill("SIGKILL");
    await ended;
    const names = await readdir(join(dir, "images"));
    if (names.includes(`${ID}.meta`)) {
      expect(names).toContain(`${ID}.json`);
      expect(await readFile(join(dir, "images", `${ID}.squashfs`))).toHaveLength(3_000_000);
      expect(await readFile(join(dir, "images", `${ID}.meta`), "utf8")).toBe("FORMAT: squashfs\nENV: A=B\n");
    }
    const files = names.map((name) => ({ name, bytes: 1, age: 7200 }));
    const orphans = planFiles({ files, wanted: new Map(), pulls: [], now: 1e9, retention: { orphans: 3600 } });
    expect(orphans.map(({ name }) => name).sort()).toEqual(names.sort());
    for (const { name } of orphans) await rm(join(dir, "images", name));
  }
});
