// Copies out of images, ordinary ones and such as were made to write somewhere else.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyOut, withImageFiles } from "../../src/image/inspect/index.ts";
import { makeTree } from "./tree-fixture.ts";

const hasMksquashfs = spawnSync("mksquashfs", ["-version"]).error === undefined;
const isRoot = process.getuid?.() === 0;

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  if (!hasMksquashfs) return;
  folder = await mkdtemp(join(tmpdir(), "berth-copy-"));
  await makeTree(at("tree"));
  await chmod(at("tree/names"), 0o555);
  execFileSync("mksquashfs", [at("tree"), at("image.squashfs"), "-quiet", "-no-progress", "-comp", "lz4"]);
});
afterAll(() =>
  hasMksquashfs ? execFileSync("sh", ["-c", 'chmod -R u+w "$1" && rm -r "$1"', "clean", folder]) : undefined,
);

const copy = (image: string, from: string, to: string) =>
  withImageFiles(image, {}, ({ tree }) => copyOut(tree, from, to));

describe.skipIf(!hasMksquashfs)("copies (need squashfs-tools)", () => {
  test.each(["image.squashfs", "tree"])("a whole tree out of %s is the tree it was made from", async (image) => {
    const to = at(`out-${image}`);
    expect(await copy(at(image), "/", to)).toEqual([]);
    expect(spawnSync("diff", ["-r", "--no-dereference", at("tree"), to])).toMatchObject({ status: 0 });
    const [one, other] = await Promise.all(["many/7", "hard-too"].map((name) => stat(join(to, name))));
    expect(one?.ino).toBe(other?.ino);
    expect((await stat(join(to, "names"))).mode & 0o777).toBe(0o555);
    expect((await stat(join(to, "exact"))).mtimeMs).toBe(1000);
    // Neither set-user-ID bits nor sticky bits leave an image.
    expect((await stat(join(to, "text"))).mode & 0o7000).toBe(0);
  });

  test("the holes of a sparse file take no space", async () => {
    await copy(at("image.squashfs"), "/sparse", at("sparse"));
    expect((await stat(at("sparse"))).blocks * 512).toBeLessThan(2_000_000);
  });

  test("a link that was named is followed, others are copied as links", async () => {
    await copy(at("image.squashfs"), "/links/absolute", at("one"));
    expect(await readFile(at("one"), "utf8")).toBe("one");
    await copy(at("image.squashfs"), "/links/dir", at("many"));
    expect((await lstat(at("many"))).isDirectory()).toBe(true);
    expect(await readdir(at("many"))).toHaveLength(400);
  });

  test("what exists stays as it is", async () => {
    await writeFile(at("mine"), "mine");
    await symlink(at("elsewhere"), at("dangling"));
    await mkdir(at("folder"));
    for (const target of ["mine", "dangling", "folder"]) {
      await expect(copy(at("image.squashfs"), "/big", at(target))).rejects.toMatchObject({ code: "E_COPY_EXISTS" });
      await expect(copy(at("image.squashfs"), "/many", at(target))).rejects.toMatchObject({ code: "E_COPY_EXISTS" });
    }
    expect(await readFile(at("mine"), "utf8")).toBe("mine");
    expect(existsSync(at("elsewhere"))).toBe(false);
    await expect(copy(at("image.squashfs"), "/nosuch", at("mine"))).rejects.toMatchObject({
      code: "E_IMAGE_PATH_MISSING",
    });
    expect(await readFile(at("mine"), "utf8")).toBe("mine");
  });

  test("a name that is a link first and a directory later leads nowhere", async () => {
    await mkdir(at("evil/qqqqB"), { recursive: true });
    await symlink(at("victim"), at("evil/qqqqA"));
    await mkdir(at("victim"));
    await writeFile(at("evil/qqqqB/planted"), "planted");
    execFileSync("mksquashfs", [at("evil"), at("evil.squashfs"), "-quiet", "-no-progress", "-noI", "-noD"]);
    const bytes = await readFile(at("evil.squashfs"));
    bytes.write("qqqqA", bytes.indexOf("qqqqB"), "latin1");
    await writeFile(at("evil.squashfs"), bytes);
    await expect(copy(at("evil.squashfs"), "/", at("evil-out"))).rejects.toMatchObject({ code: "E_COPY_DUPLICATE" });
    expect(await readdir(at("victim"))).toEqual([]);
    expect(existsSync(at("evil-out"))).toBe(false);
  });

  test("damage in the middle of a file leaves nothing behind", async () => {
    await mkdir(at("words"));
    await copyFile(at("tree/text"), at("words/text"));
    execFileSync("mksquashfs", [at("words"), at("words.squashfs"), "-quiet", "-no-progress"]);
    const bytes = await readFile(at("words.squashfs"));
    bytes.fill(0xff, 1000, 1200);
    await writeFile(at("damaged.squashfs"), bytes);
    const failed = copy(at("damaged.squashfs"), "/", at("damaged-out"));
    await expect(failed).rejects.toMatchObject({ code: "E_SQUASHFS_CORRUPT" });
    expect(existsSync(at("damaged-out"))).toBe(false);
  });

  test.skipIf(!isRoot)("devices are left out and named (needs root)", async () => {
    await mkdir(at("devices"));
    execFileSync("mknod", [at("devices/null"), "c", "1", "3"]);
    execFileSync("mksquashfs", [at("devices"), at("devices.squashfs"), "-quiet", "-no-progress"]);
    expect(await copy(at("devices.squashfs"), "/", at("devices-out"))).toEqual([
      { path: "/null", is: "a character device" },
    ]);
    await expect(copy(at("devices.squashfs"), "/null", at("null"))).rejects.toMatchObject({ code: "E_COPY_SPECIAL" });
  });
});
