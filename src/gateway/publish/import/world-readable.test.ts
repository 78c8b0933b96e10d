import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { grants, openWorldReadable } from "./world-readable.ts";

const stranger = { uid: 54321, gid: 54321, groups: [54321] };

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "berth-world-")));
  await chmod(dir, 0o755);
  await mkdir(join(dir, "folder"));
  await writeFile(join(dir, "folder/file"), "content", { mode: 0o644 });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe("what everybody may read", () => {
  test("is opened", async () => {
    const file = await openWorldReadable(join(dir, "folder/./file"), stranger);
    expect(await file.readFile("utf8")).toBe("content");
    await file.close();
  });

  test("needs every folder on the way, but not the right to list it", async () => {
    await chmod(join(dir, "folder"), 0o711);
    await (await openWorldReadable(join(dir, "folder/file"), stranger)).close();
    await chmod(join(dir, "folder"), 0o750);
    await expect(openWorldReadable(join(dir, "folder/file"), stranger)).rejects.toThrow(/everybody/);
  });

  test("is never reached by a link, nor by ..", async () => {
    await symlink(join(dir, "folder/file"), join(dir, "link"));
    await symlink(join(dir, "folder"), join(dir, "way"));
    for (const path of ["link", "way/file"])
      await expect(openWorldReadable(join(dir, path), stranger)).rejects.toMatchObject({ code: "E_IMPORT_ACCESS" });
    await expect(openWorldReadable(`${dir}/folder/../folder/file`, stranger)).rejects.toThrow(/not a regular file/);
  });
});

test("a mode that keeps the caller's own class out does so, though others may", () => {
  const owned = { uid: 7, gid: 8 };
  expect(grants({ mode: 0o604, ...owned }, 4, { uid: 1, gid: 8, groups: [] })).toBe(false);
  expect(grants({ mode: 0o604, ...owned }, 4, { uid: 1, gid: 9, groups: [8] })).toBe(false);
  expect(grants({ mode: 0o044, ...owned }, 4, { uid: 7, gid: 9, groups: [] })).toBe(false);
  expect(grants({ mode: 0o604, ...owned }, 4, { uid: 1, gid: 9, groups: [] })).toBe(true);
  expect(grants({ mode: 0o640, ...owned }, 4, { uid: 7, gid: 8, groups: [] })).toBe(false);
});
