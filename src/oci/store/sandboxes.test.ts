import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
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
