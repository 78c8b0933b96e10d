import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeTree, treeSize } from "./sandboxes.ts";

test("an unpacked image goes whole, read-only folders included, and nothing that its links lead to", async () => {
  const work = await mkdtemp(join(tmpdir(), "berth-sandboxes-"));
  const [image, outside] = [join(work, "image"), join(work, "outside")];
  await mkdir(join(image, "closed/deep"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, "kept"), "x");
  await writeFile(join(image, "closed/deep/file"), "12345");
  await symlink(outside, join(image, "link"));
  await chmod(join(image, "closed/deep"), 0o555);
  await chmod(join(image, "closed"), 0o500);
  expect(await treeSize(image)).toBe(5);
  await removeTree(image);
  expect(existsSync(image)).toBe(false);
  expect(existsSync(join(outside, "kept"))).toBe(true);
  await rm(work, { recursive: true });
});

test("a link in the place of an unpacked image is removed, and what it leads to is left as it is", async () => {
  const work = await mkdtemp(join(tmpdir(), "berth-sandboxes-"));
  await mkdir(join(work, "outside/folder"), { recursive: true, mode: 0o755 });
  await symlink(join(work, "outside"), join(work, "image"));
  await removeTree(join(work, "image"));
  expect(existsSync(join(work, "image"))).toBe(false);
  expect((await stat(join(work, "outside/folder"))).mode & 0o777).toBe(0o755);
  await removeTree(join(work, "gone"));
  await rm(work, { recursive: true });
});

test.skipIf(process.getuid?.() === 0)(
  "the size of a folder that may be listed only is what can be seen (skipped as root, who sees everything)",
  async () => {
    const work = await mkdtemp(join(tmpdir(), "berth-sandboxes-"));
    await mkdir(join(work, "listed"));
    await writeFile(join(work, "listed/file"), "12345");
    await chmod(join(work, "listed"), 0o400);
    expect(await treeSize(work)).toBe(0);
    await removeTree(work);
  },
);
