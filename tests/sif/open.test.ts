// What `openImage` says of every kind of path, with images made by mksquashfs and by our own writer.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openImage } from "../../src/image/open.ts";
import { deriveUuid, prependSif, type SifSpec } from "../../src/image/sif/index.ts";

const hasMksquashfs = spawnSync("mksquashfs", ["-version"]).error === undefined;
const spec = (
  fs: SifSpec["partition"]["fs"] = "squashfs",
  kind: SifSpec["partition"]["kind"] = "primary",
): SifSpec => ({
  uuid: deriveUuid("test"),
  time: 0,
  objects: [{ type: "json", name: "berth.json", content: Buffer.from("{}") }],
  partition: { name: "rootfs", fs, kind, arch: "arm64" },
});

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-open-"));
  await mkdir(at("tree"));
  await writeFile(at("tree/file"), "x".repeat(10_000));
  await writeFile(at("big"), Buffer.alloc(100_000));
});
afterAll(() => rm(folder, { recursive: true }));

function squash(name: string, ...options: string[]): string {
  execFileSync("mksquashfs", [at("tree"), at(name), "-quiet", "-no-progress", "-noappend", ...options]);
  return at(name);
}

describe.skipIf(!hasMksquashfs)("images (needs mksquashfs)", () => {
  test.each(["gzip", "xz", "lz4", "zstd", "lzo", "lzma"])("a bare squashfs compressed with %s", async (compressor) => {
    const path = squash(`bare.${compressor}`, "-comp", compressor);
    expect(await openImage(path)).toMatchObject({
      kind: "squashfs",
      partition: { offset: 0, fs: "squashfs", arch: "unknown", compressor },
    });
  });

  test("a SIF file, with the objects that were asked for", async () => {
    const path = squash("whole.sif", "-comp", "zstd");
    await prependSif(path, spec());
    const image = await openImage(path, { objects: ["berth.json", "none.json"] });
    expect(image).toMatchObject({ kind: "sif", partition: { offset: 32_768, arch: "arm64", compressor: "zstd" } });
    if (image.kind === "sif") expect([...image.objects.keys()]).toEqual(["berth.json"]);
  });

  test.each([
    { fs: "encrypted-squashfs", code: "E_IMAGE_ENCRYPTED" },
    { fs: "gocryptfs-squashfs", code: "E_IMAGE_ENCRYPTED" },
    { fs: "ext3", code: "E_IMAGE_FILESYSTEM" },
  ] as const)("a SIF file whose root is $fs is refused with $code", async ({ fs, code }) => {
    const path = squash(`${fs}.sif`);
    await prependSif(path, spec(fs));
    await expect(openImage(path)).rejects.toMatchObject({ code });
  });

  test("a SIF file without a root partition is refused", async () => {
    const path = squash("data.sif");
    await prependSif(path, spec("squashfs", "data"));
    await expect(openImage(path)).rejects.toMatchObject({ code: "E_IMAGE_NO_ROOT" });
  });

  test("files cut short are refused with both sizes", async () => {
    const sif = squash("cut.sif");
    await prependSif(sif, spec());
    await truncate(sif, 33_000);
    await expect(openImage(sif)).rejects.toMatchObject({ code: "E_SIF_TRUNCATED", fields: { got: 33_000 } });
    const bare = squash("cut.squashfs", "-nopad");
    await truncate(bare, 200);
    await expect(openImage(bare)).rejects.toMatchObject({ code: "E_SQUASHFS_TRUNCATED", fields: { got: 200 } });
  });
});

describe("paths that are no image", () => {
  const cases: readonly (readonly [string, string | Buffer, string])[] = [
    ["empty", "", "an empty file"],
    ["text", "hello\nworld\n", "a text file"],
    ["def", "Bootstrap: docker\nFrom: alpine\n", "a definition file"],
    ["Dockerfile", "# base\nFROM alpine\nRUN true\n", "a Dockerfile"],
    ["page", "<!DOCTYPE html><html>", "a web page"],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0]), "a gzip-compressed file"],
    ["tar", Buffer.concat([Buffer.alloc(257), Buffer.from("ustar\0")]), "a tar archive"],
    ["ext3", Buffer.concat([Buffer.alloc(1080), Buffer.from([0x53, 0xef])]), "an ext3 or ext4 file system"],
    ["qcow2", Buffer.from("QFI\xfb\0\0\0\x03", "latin1"), "a disk image (qcow2)"],
    ["zeros", Buffer.alloc(5000), "a file of unknown kind"],
  ];
  test.each(cases)("%s", async (name, content, what) => {
    await writeFile(at(name), content);
    await expect(openImage(at(name))).rejects.toMatchObject({ code: "E_IMAGE_UNKNOWN", fields: { what } });
  });

  test("a program is called one", async () => {
    await expect(openImage(process.execPath)).rejects.toMatchObject({ fields: { what: "a program (ELF)" } });
  });

  test("a missing file, a pipe, and an OCI layout", async () => {
    await expect(openImage(at("nosuch"))).rejects.toMatchObject({ code: "E_IMAGE_MISSING" });
    await symlink(at("nosuch"), at("dangling"));
    await expect(openImage(at("dangling"))).rejects.toMatchObject({ code: "E_IMAGE_MISSING" });
    execFileSync("mkfifo", [at("pipe")]);
    await expect(openImage(at("pipe"))).rejects.toMatchObject({ code: "E_IMAGE_UNKNOWN" });
    await mkdir(at("layout"));
    await writeFile(at("layout/oci-layout"), "{}");
    await expect(openImage(at("layout"))).rejects.toMatchObject({ fields: { what: "an OCI layout" } });
  });

  test("any other directory is taken for an unpacked image", async () => {
    expect(await openImage(at("tree"))).toMatchObject({ kind: "sandbox" });
  });
});
