// What is found in layers: programs, texts, secrets that a later layer deletes, packages; and what of an image is refused.

import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { type AuditOptions, auditImage } from "../../src/audit/audit-image.ts";
import type { AuditedImage, FileFacts } from "../../src/audit/types.ts";
import { BLOCK } from "../../src/image/tar/block.ts";
import { memoryImage } from "../flatten/memory-image.ts";
import { type LayerEntry, layerTar, opaque, whiteout } from "../support/oci-image.ts";

const ELF = Buffer.concat([Buffer.from("\x7fELF\x02\x01\x01", "latin1"), Buffer.alloc(2000, 7)]);
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n".repeat(6)}-----END OPENSSH PRIVATE KEY-----\n`;

async function audit(
  layers: readonly (readonly LayerEntry[])[],
  options: AuditOptions = {},
  piece?: number,
): Promise<AuditedImage & { readonly files: FileFacts }> {
  const { image, blobs } = memoryImage(await Promise.all(layers.map(layerTar)), piece);
  const audited = await auditImage({ name: "test", image, blobs }, options);
  if (!audited.files) throw new Error("no files");
  return { ...audited, files: audited.files };
}

const shownEntries = ({ files }: { readonly files: FileFacts }) =>
  Object.fromEntries(files.entries.map(({ path, ...entry }) => [path, entry]));

test.each([1, 3, 511, 512, 513, 65_536])(
  "kinds, modes, owners, links and programs are told, in pieces of %i bytes",
  async (piece) => {
    const found = await audit(
      [
        [
          { path: "usr/bin", mode: 0o755 },
          { path: "usr/bin/tool", content: ELF, mode: 0o4755 },
          { path: "usr/bin/alias", type: "link", target: "usr/bin/tool", mode: 0o4755 },
          { path: "usr/bin/short", type: "symlink", target: "tool" },
          { path: "usr/bin/script", content: "#!/bin/sh\n", mode: 0o755, uid: 1000, gid: 100 },
          { path: "empty", content: "" },
          { path: "ünïcode", content: "x" },
          { path: "dev/null", type: "character-device", device: [1, 3] },
        ],
      ],
      {},
      piece,
    );
    const plain = { mode: 0o644, uid: 0, gid: 0, layer: 0, program: false, target: undefined };
    const program = { ...plain, mode: 0o4755, program: true };
    expect(shownEntries(found)).toEqual({
      "usr/bin": { ...plain, type: "directory", mode: 0o755, size: 0 },
      "usr/bin/tool": { ...program, type: "file", size: ELF.length },
      "usr/bin/alias": { ...program, type: "hardlink", size: 0, target: "usr/bin/tool" },
      "usr/bin/short": { ...plain, type: "symlink", size: 0, target: "tool" },
      "usr/bin/script": { ...plain, type: "file", mode: 0o755, uid: 1000, gid: 100, size: 10 },
      empty: { ...plain, type: "file", size: 0 },
      ünïcode: { ...plain, type: "file", size: 1 },
      "dev/null": { ...plain, type: "device", size: 0 },
    });
  },
);

test("texts are kept of files that are seen, by the names of links to them too", async () => {
  const { files } = await audit([
    [
      { path: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
      { path: "etc/shadow", content: "root:*:19000:0:99999:7:::\n" },
      { path: "usr/lib/os-release", content: "ID=debian\n" },
      { path: "etc/os-release", type: "symlink", target: "../usr/lib/os-release" },
      { path: "usr/share/other", content: "nobody wants it" },
    ],
    [{ path: "etc/passwd", content: "root:x:0:0::/root:/bin/bash\n" }, whiteout("etc/shadow")],
  ]);
  expect(Object.fromEntries(files.texts)).toEqual({
    "etc/passwd": "root:x:0:0::/root:/bin/bash\n",
    "usr/lib/os-release": "ID=debian\n",
    "etc/os-release": "ID=debian\n",
  });
});

test("a secret is told with its layer and the layer that deletes it, but not what it says", async () => {
  const found = await audit([
    [{ path: "root/.ssh/id_rsa", content: KEY, mode: 0o600 }],
    [{ path: "opt/deep/app/key.pem", content: `# key\n${KEY}` }],
    [whiteout("root/.ssh"), opaque("opt/deep"), { path: "opt/deep/app/new", content: "" }],
  ]);
  expect(found.files.secrets).toMatchObject([
    { path: "root/.ssh/id_rsa", layer: 0, removedBy: 2, line: 1, certainty: "certain" },
    { path: "opt/deep/app/key.pem", layer: 1, removedBy: 2, line: 2, certainty: "certain" },
  ]);
  expect(JSON.stringify(found.files.secrets)).not.toContain("b3BlbnNz");
});

test("what an upper layer replaces or deletes is told with its bytes", async () => {
  const { files } = await audit([
    [
      { path: "var/cache/a.deb", content: "a".repeat(100) },
      { path: "var/cache/b.deb", content: "b".repeat(50) },
      { path: "opt/big", content: "c".repeat(1000) },
    ],
    [{ path: "opt/big", content: "c".repeat(1000), mode: 0o755 }, whiteout("var/cache")],
  ]);
  expect(files.hidden.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: "opt/big", size: 1000, mode: 0o644, layer: 0, by: 1, how: "replaced" },
    { path: "var/cache/a.deb", size: 100, mode: 0o644, layer: 0, by: 1, how: "removed" },
    { path: "var/cache/b.deb", size: 50, mode: 0o644, layer: 0, by: 1, how: "removed" },
  ]);
});

test("a hidden file whose content has another name wastes no bytes", async () => {
  const big = { path: "opt/big", content: "c".repeat(1000) };
  const link = (path: string) => ({ path, type: "link" as const, target: "opt/big" });
  const sizes = async (...gone: readonly string[]) =>
    (await audit([[big, link("opt/one"), link("opt/two")], gone.map(whiteout)])).files.hidden.map(({ size }) => size);
  expect(await sizes("opt/big")).toEqual([0]);
  expect(await sizes("opt/big", "opt/one")).toEqual([0, 0]);
  expect((await sizes("opt/big", "opt/one", "opt/two")).sort()).toEqual([0, 0, 1000]);
});

test("a directory that an upper layer repeats unchanged stays the lower layer's", async () => {
  const { files } = await audit([
    [{ path: "opt", mode: 0o755 }],
    [
      { path: "opt", mode: 0o755 },
      { path: "opt/x", content: "1" },
    ],
    [{ path: "opt", mode: 0o777 }],
  ]);
  expect(files.entries.map(({ path, layer, mode }) => ({ path, layer, mode }))).toEqual([
    { path: "opt", layer: 2, mode: 0o777 },
    { path: "opt/x", layer: 1, mode: 0o644 },
  ]);
});

test("layers packed with gzip, zstd and not at all tell the same, and are measured unpacked", async () => {
  const tar = await layerTar([{ path: "etc/passwd", content: "root:x:0:0::/:/bin/sh\n" }]);
  const { image, blobs } = memoryImage([tar, gzipSync(tar), zstdCompressSync(tar)]);
  const { layers } = await auditImage({ name: "test", image, blobs });
  expect(new Set(layers?.map(({ diffId }) => diffId)).size).toBe(1);
  expect(layers?.map(({ unpackedBytes }) => unpackedBytes)).toEqual([22, 22, 22]);
});

test.each([
  { name: "leads upward", path: "../etc/passwd", code: "E_LAYER_ENTRY" },
  { name: "is absolute", path: "/etc/passwd", code: "E_LAYER_ENTRY" },
  { name: "leads upward in the middle", path: "a/../../b", code: "E_LAYER_ENTRY" },
  { name: "is a whiteout of nothing", path: "a/.wh.", code: "E_LAYER_ENTRY" },
  { name: "is a whiteout of the folder above", path: "a/.wh...", code: "E_LAYER_ENTRY" },
  { name: "lies in a whiteout", path: ".wh.a/b", code: "E_LAYER_ENTRY" },
  { name: "has a part that is too long", path: `a/${"b".repeat(300)}`, code: "E_LAYER_ENTRY" },
  { name: "lies too deep", path: Array(600).fill("d").join("/"), code: "E_LAYER_ENTRY" },
])("an entry whose name $name is refused", async ({ path, code }) => {
  await expect(audit([[{ path, content: "x" }]])).rejects.toMatchObject({ code });
});

test("links in circles, and links to nowhere, lead to no text and no end", async () => {
  const { files } = await audit([
    [
      { path: "etc/passwd", type: "symlink", target: "group" },
      { path: "etc/group", type: "symlink", target: "passwd" },
      { path: "etc/shadow", type: "symlink", target: "../../../../../etc/nothing" },
      { path: "etc/sudoers", type: "symlink", target: "loop/loop/x" },
      { path: "etc/loop", type: "symlink", target: "." },
    ],
  ]);
  expect(files.texts.size).toBe(0);
});

test("images with more entries, or more bytes, than the limit are refused, over all layers together", async () => {
  const layers = [[{ path: "a", content: "x".repeat(4000) }], [{ path: "b", content: "x".repeat(4000) }]];
  await expect(audit(layers, { limits: { maxEntries: 1 } })).rejects.toMatchObject({ code: "E_LAYER_LIMIT" });
  await expect(audit(layers, { limits: { maxBytes: 7000 } })).rejects.toMatchObject({ code: "E_LAYER_LIMIT" });
  expect((await audit(layers, { limits: { maxEntries: 2 } })).files.entries.length).toBe(2);
});

test("a bomb of zeros ends at the limit", async () => {
  const bomb = gzipSync(Buffer.concat([await layerTar([{ path: "a", content: "1" }]), Buffer.alloc(32 << 20)]));
  const { image, blobs } = memoryImage([bomb]);
  const ended = auditImage({ name: "bomb", image, blobs }, { limits: { maxBytes: 1 << 20 } });
  await expect(ended).rejects.toMatchObject({ code: "E_LAYER_LIMIT" });
});

test("a hole of a terabyte costs no time", async () => {
  const tar = await layerTar([{ path: "hole", content: "" }]);
  const { image, blobs } = memoryImage([sparse(tar, 2 ** 38)]);
  const { files } = await auditImage({ name: "holes", image, blobs });
  expect(files?.entries).toMatchObject([{ path: "hole", type: "file", size: 2 ** 38 }]);
});

// An old GNU sparse file of one empty stretch at its end, made of an empty file's header.
function sparse(tar: Buffer, size: number): Buffer {
  const header = Buffer.from(tar.subarray(0, BLOCK));
  header[156] = 0x53;
  header.fill(0, 157, BLOCK);
  header.write("ustar  \0", 257, "latin1");
  const large = (at: number) => {
    header[at] = 0x80;
    header.writeBigUInt64BE(BigInt(size), at + 4);
  };
  large(386);
  large(483);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([header, Buffer.alloc(2 * BLOCK)]);
}

test("a layer that is cut short is refused", async () => {
  const tar = await layerTar([{ path: "a", content: "x".repeat(5000) }]);
  for (const bytes of [tar.subarray(0, 3000), gzipSync(tar).subarray(0, 60), zstdCompressSync(tar).subarray(0, 40)]) {
    const { image, blobs } = memoryImage([Buffer.from(bytes)]);
    await expect(auditImage({ name: "short", image, blobs })).rejects.toThrow(/layer sha256:/);
  }
});

test("an aborted audit ends with the reason", async () => {
  const tar = await layerTar([{ path: "a", content: "x".repeat(5000) }]);
  const { image, blobs } = memoryImage([tar], 512);
  const reason = new Error("enough");
  const ended = auditImage({ name: "test", image, blobs }, { signal: AbortSignal.abort(reason) });
  await expect(ended).rejects.toBe(reason);
});

test("the script that starts the image is kept, wherever it lies and whatever its name is", async () => {
  const script = "#!/bin/sh\nserve\n";
  const { image, blobs } = memoryImage([
    await layerTar([
      { path: "opt/app/go", content: script, mode: 0o755 },
      { path: "go", type: "symlink", target: "opt/app/go" },
    ]),
  ]);
  const config = { ...image.config, config: { Entrypoint: ["/sbin/tini", "--", "/go"] } };
  const { files } = await auditImage({ name: "test", image: { ...image, config }, blobs });
  expect([files?.texts.get("go"), files?.texts.get("opt/app/go")]).toEqual([script, script]);
});
