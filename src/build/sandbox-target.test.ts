import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemProgram } from "../run/programs.ts";
import { writeSandbox } from "./sandbox-target.ts";

const mksquashfs = systemProgram("mksquashfs", process.env);
const unsquashfs = systemProgram("unsquashfs", process.env);
const needs = mksquashfs && unsquashfs ? "" : " [needs squashfs-tools]";

describe.skipIf(needs !== "")(`an image as a folder${needs}`, () => {
  let folder: string;
  let image: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-sandbox-target-"));
    image = join(folder, "image.squashfs");
    mkdirSync(join(folder, "files"));
    writeFileSync(join(folder, "files/new"), "");
    execFileSync(mksquashfs ?? "", [join(folder, "files"), image, "-quiet", "-no-progress"]);
    mkdirSync(join(folder, "target"));
    writeFileSync(join(folder, "target/old"), "kept");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("takes the place of the one before", async () => {
    await writeSandbox(image, join(folder, "target"), { unsquashfs: unsquashfs ?? "" });
    expect(readdirSync(join(folder, "target"))).toEqual(["new"]);
    expect(readdirSync(folder).sort()).toEqual(["files", "image.squashfs", "target"]);
  });

  test("leaves nothing behind when it cannot be put in its place", async () => {
    // Nobody can rename a folder by its own dot.
    await expect(writeSandbox(image, `${folder}/target/.`, { unsquashfs: unsquashfs ?? "" })).rejects.toThrow();
    expect(readdirSync(join(folder, "target"))).toEqual(["old"]);
    expect(readFileSync(join(folder, "target/old"), "utf8")).toBe("kept");
    expect(existsSync(image)).toBe(true);
  });
});
