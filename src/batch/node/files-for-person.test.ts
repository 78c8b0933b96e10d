import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filesForPerson } from "./files-for-person.ts";

const NOBODY = { name: "nobody", uid: 65534, gid: 65534, gids: [65534] };
const noRoot = process.getuid?.() === 0 ? "" : " [needs root]";

describe.skipIf(noRoot)(`the files among paths of a person${noRoot}`, () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync("/tmp/berth-files-");
    spawnSync("chmod", ["711", work]);
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  test("are those that he can reach himself, also by links", async () => {
    mkdirSync(join(work, "closed"), { mode: 0o700 });
    for (const name of ["open file", "closed/file"]) writeFileSync(join(work, name), "", { mode: 0o644 });
    symlinkSync("open file", join(work, "-link"));
    symlinkSync("closed/file", join(work, "way"));
    const paths = ["open file", "-link", "way", "closed", "closed/file", "none"].map((name) => join(work, name));
    expect([...(await filesForPerson(paths, NOBODY))]).toEqual(paths.slice(0, 2));
    expect((await filesForPerson([], NOBODY)).size).toBe(0);
  });

  test.skipIf(!existsSync("/dev/fuse"))(
    "are waited for seconds only, whoever serves them [needs /dev/fuse]",
    { timeout: 20_000 },
    async () => {
      mkdirSync(join(work, "served"));
      const device = openSync("/dev/fuse", "r+");
      const options = "fd=3,rootmode=40000,user_id=0,group_id=0,allow_other";
      const words = ["-i", "-t", "fuse", "-o", options, "none", join(work, "served")];
      const mounted = spawnSync("mount", words, { stdio: ["ignore", "ignore", "inherit", device] });
      try {
        expect(mounted.status).toBe(0);
        expect((await filesForPerson([join(work, "served/x")], NOBODY)).size).toBe(0);
      } finally {
        spawnSync("umount", ["-l", join(work, "served")]);
        closeSync(device);
      }
    },
  );
});
