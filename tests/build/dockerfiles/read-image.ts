// Reads an image that a builder wrote, as a layout or a folder of blobs, into plain data: configuration, and tree as the
// specification's model merges the layers.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { applyLayers } from "../../flatten/model.ts";
import { describe } from "../../flatten/tree.ts";
import type { LayerEntry } from "../../support/oci-image.ts";

/** An image as data. */
export interface ReadImage {
  readonly config: Readonly<Record<string, unknown>>;
  readonly history: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
  readonly author: unknown;
  /** Lines by path, with `/` in front. */
  readonly tree: Readonly<Record<string, string>>;
  readonly layers: number;
  /** Everything of it, for searching. */
  readonly bytes: readonly Buffer[];
}

/** Reads `oci` layouts (their only image) and what the transport `dir` writes. */
export async function readImage(folder: string): Promise<ReadImage> {
  const layout = existsSync(join(folder, "index.json"));
  const blob = (digest: string) =>
    readFileSync(join(folder, layout ? `blobs/${digest.replace(":", "/")}` : digest.slice(7)));
  const json = (bytes: Buffer) => JSON.parse(bytes.toString());
  const manifestBytes = layout
    ? blob(json(readFileSync(join(folder, "index.json"))).manifests[0].digest)
    : readFileSync(join(folder, "manifest.json"));
  const manifest = json(manifestBytes);
  const configBytes = blob(manifest.config.digest);
  const document = json(configBytes);
  const tars = manifest.layers.map(({ digest }: { digest: string }) => unpacked(blob(digest))) as Buffer[];
  const layers = await Promise.all(tars.map(entriesOf));
  return {
    config: document.config ?? {},
    history: document.history ?? [],
    author: document.author,
    tree: treeOf(layers),
    layers: layers.length,
    bytes: [manifestBytes, configBytes, ...tars],
  };
}

function unpacked(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

function treeOf(layers: readonly LayerEntry[][]): Readonly<Record<string, string>> {
  const lines = describe(applyLayers(layers), new Set(), { owners: true, xattrs: false, dirTimes: false });
  return Object.fromEntries(
    lines.map((line) => [`/${JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? '""')}`, line]),
  );
}

async function entriesOf(tar: Buffer): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = [];
  const reader = extract();
  Readable.from([tar]).pipe(reader);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, type, linkname, mode = 0, uid = 0, gid = 0, devmajor, devminor } = entry.header;
    const path = name.replace(/^(?:\.?\/)+/, "").replace(/\/$/, "");
    if (path === "") continue;
    const content = Buffer.concat(chunks);
    entries.push({
      path,
      type: type === "contiguous-file" ? "file" : (type ?? "file"),
      content: content.length < 200 ? content.toString() : createHash("sha256").update(content).digest("hex"),
      ...(linkname ? { target: type === "link" ? linkname.replace(/^(?:\.?\/)+/, "") : linkname } : {}),
      ...{ mode: mode & 0o7777, uid, gid, mtime: 0, device: [devmajor ?? 0, devminor ?? 0] },
    } as LayerEntry);
  }
  return entries;
}
