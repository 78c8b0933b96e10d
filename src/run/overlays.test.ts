import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prependSif } from "../image/sif/index.ts";
import { hostKind } from "./host.ts";
import { findOverlays, type OverlaidImage } from "./overlays.ts";
import { aRequest } from "./testing.ts";

const HOST = { kind: hostKind };
const IMAGE: OverlaidImage = { path: "/i.sif", isDir: false, overlays: [] };

let dir = "";
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "berth-overlays-"));
  for (const folder of ["plain", "used/upper", "bin"]) mkdirSync(join(dir, folder), { recursive: true });
  const ext = Buffer.alloc(4096);
  ext.writeUInt16LE(0xef53, 1080);
  writeFileSync(join(dir, "ext.img"), ext);
  writeFileSync(join(dir, "packed"), Buffer.from("hsqs".padEnd(4096, "\0")));
  writeFileSync(join(dir, "text"), "just text\n".repeat(500));
  for (const program of ["fuse2fs", "fuse-overlayfs", "squashfuse_ll"])
    writeFileSync(join(dir, "bin", program), "", { mode: 0o755 });
  writeFileSync(join(dir, "plain.sif"), Buffer.alloc(4096));
  const partition = { fs: "squashfs", kind: "primary", arch: "amd64", name: "root" } as const;
  await prependSif(
    join(dir, "plain.sif"),
    { uuid: Buffer.alloc(16), time: 1, objects: [], partition },
    { copyOnly: true },
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function find(paths: readonly string[], image = IMAGE, writable = false) {
  const overlays = paths.map((text) => ({ path: join(dir, text.replace(":ro", "")), readonly: text.endsWith(":ro") }));
  return findOverlays(aRequest({ overlays, writable }), image, HOST, { PATH: join(dir, "bin") });
}

test("directories need no look and no program", async () => {
  const { sources, programs } = await find(["plain"]);
  expect(sources).toEqual([{ kind: "dir", path: join(dir, "plain"), readonly: false }]);
  expect(programs).toBeUndefined();
});

test("a read-only directory without an upper is the layer itself", async () => {
  const { sources } = await find(["plain:ro", "used:ro"]);
  expect(sources).toMatchObject([{ bare: true }, { bare: false }]);
});

test("files are known by their content; a squashfs is never written", async () => {
  const { sources, programs } = await find(["ext.img", "packed", "ext.img:ro"]);
  expect(sources).toMatchObject([
    { fs: "ext", readonly: false, offset: 0, size: 4096 },
    { fs: "squashfs", readonly: true },
    { fs: "ext", readonly: true },
  ]);
  expect(programs).toMatchObject({
    fuse2fs: expect.stringMatching(/fuse2fs$/),
    squashfuse: expect.stringMatching(/squashfuse_ll$/),
  });
});

test("the image's own overlays lie below the others, the last on top, and only that is written", async () => {
  const parts = [1, 2].map((n) => ({ fs: "ext", offset: n * 4096, size: 4096 }) as const);
  const image = { ...IMAGE, overlays: parts };
  const shown = async (writable: boolean) =>
    (await find(["plain:ro"], image, writable)).sources.map((source) => [
      source.kind === "image" ? source.offset : 0,
      source.readonly,
    ]);
  expect(await shown(false)).toEqual([
    [0, true],
    [8192, true],
    [4096, true],
  ]);
  expect(await shown(true)).toEqual([
    [0, true],
    [8192, false],
    [4096, true],
  ]);
});

test("what is no layer is named", async () => {
  await expect(find(["text"])).rejects.toMatchObject({ code: "E_OVERLAY_NOT" });
  await expect(find(["plain.sif"])).rejects.toMatchObject({ code: "E_OVERLAY_NONE" });
});
