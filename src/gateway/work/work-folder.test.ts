import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { selfIdentity } from "../../oci/store/process-identity.ts";
import { openWorkFolder, sweepWorkFolders } from "./work-folder.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-work-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function leave(name: string, owner: unknown, secondsOld = 0): Promise<void> {
  await mkdir(join(dir, name, "job"), { recursive: true });
  await writeFile(join(dir, name, "owner.json"), JSON.stringify(owner));
  const at = Date.now() / 1000 - secondsOld;
  await utimes(join(dir, name, "owner.json"), at, at);
}

describe("the sweep at start-up", () => {
  test("removes what dead servers left, and nothing else", async () => {
    const self = await selfIdentity();
    const dead = spawnSync("true").pid;
    const lives = await openWorkFolder(dir, "mine");
    await leave("server-dead", { ...self, pid: dead });
    await leave("server-pid-used-again", { ...self, start: "1" });
    await leave("server-before-reboot", { ...self, domain: "another-boot 5", host: hostname() });
    await leave("server-elsewhere", { ...self, domain: "another-boot 5", host: "elsewhere" }, 60);
    await leave("server-elsewhere-dead", { ...self, domain: "another-boot 5", host: "elsewhere" }, 3600);
    await leave("server-damaged", "what", 3600);
    await leave("server-just-made", "what");
    await mkdir(join(dir, "somebody-elses"));
    expect(await sweepWorkFolders(dir)).toBe(5);
    expect((await readdir(dir)).sort()).toEqual([
      ...["server-elsewhere", "server-just-made", "server-mine", "somebody-elses"],
    ]);
    await lives.close();
  });

  test("finds nothing where there is no folder yet", async () => {
    expect(await sweepWorkFolders(join(dir, "none"))).toBe(0);
  });
});

test("a job's folder is empty and closed to others, also when one of that name was left", async () => {
  const folder = await openWorkFolder(dir, "x");
  const job = await folder.job("1");
  await writeFile(join(job, "left"), "");
  expect(await readdir(await folder.job("1"))).toEqual([]);
  expect((await stat(job)).mode & 0o777).toBe(0o700);
  await folder.beat();
  await folder.close();
  expect(await readdir(dir)).toEqual([]);
});
