// Runs the flattening into memory and reads the resulting tar with another reader (tar-stream).

import { Writable } from "node:stream";
import { extract, type Header as Headers } from "tar-stream";
import { silent, unwatched } from "../../src/base/log.ts";
import { flatten } from "../../src/image/flatten/flatten.ts";
import { DuplicateEntry } from "../../src/image/flatten/merge.ts";
import type { FlattenOptions, FlattenReport } from "../../src/image/flatten/options.ts";
import { type MemoryImage, OPTIONS } from "./memory-image.ts";
import { parentOf } from "./model.ts";
import { IMPLIED, type Tree, type TreeNode } from "./tree.ts";

/** The merged tar stream, as `writeSquashfs` would pipe it to its writer. */
export async function flattenToTar(
  { image, blobs }: MemoryImage,
  options: Partial<FlattenOptions> = {},
): Promise<{ readonly tar: Buffer; readonly report: FlattenReport }> {
  const planned = new Set<number>();
  for (;;) {
    const parts: Buffer[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        parts.push(Buffer.from(chunk));
        done();
      },
    });
    const context = { log: silent, progress: unwatched };
    const { signal } = new AbortController();
    try {
      const job = { image, blobs, options: { ...OPTIONS, ...options }, context, signal, planned };
      const report = await flatten(job, sink);
      return { tar: Buffer.concat(parts), report };
    } catch (error) {
      if (!(error instanceof DuplicateEntry) || planned.has(error.layer)) throw error;
      planned.add(error.layer);
    }
  }
}

/** The merged tree. */
export async function flattenToTree(image: MemoryImage, options: Partial<FlattenOptions> = {}): Promise<Tree> {
  return readTar((await flattenToTar(image, options)).tar);
}

/** The tree of a tar archive; a path that stands twice is an error, since squashfs writers refuse it. */
export async function readTar(tar: Buffer): Promise<Tree> {
  const tree: Tree = new Map([["", IMPLIED]]);
  const links: [name: string, target: string][] = [];
  const archive = extract();
  archive.end(tar);
  for await (const entry of archive) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    const path = entry.header.name.replace(/^\.\//, "").replace(/\/$/, "");
    if (path !== "" && (tree.has(path) || links.some(([name]) => name === path)))
      throw new Error(`${path} stands twice`);
    if (entry.header.type === "link") links.push([path, entry.header.linkname?.replace(/^\.\//, "") ?? ""]);
    else if (path !== "") tree.set(path, nodeOf(entry.header, Buffer.concat(parts)));
  }
  for (const [name, target] of links) {
    const node = tree.get(target);
    if (node === undefined || node.type === "dir") throw new Error(`${name} links to nothing`);
    tree.set(name, node);
  }
  checkParents(tree);
  return tree;
}

function nodeOf(header: Headers, content: Buffer): TreeNode {
  const xattrs = Object.entries(header.pax ?? {})
    .filter(([key]) => key.startsWith("SCHILY.xattr."))
    .map(([key, value]) => [key.slice("SCHILY.xattr.".length), value]);
  return {
    type: header.type === "directory" ? "dir" : ((header.type ?? "file") as TreeNode["type"]),
    mode: header.mode ?? 0,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    mtime: (header.mtime?.getTime() ?? 0) / 1000,
    content: content.toString("utf8"),
    target: header.linkname ?? "",
    xattrs: Object.fromEntries(xattrs) as Record<string, string>,
    implied: false,
  };
}

/** Every directory is described in our stream. */
function checkParents(tree: Tree): void {
  for (const path of tree.keys()) {
    const dir = parentOf(path);
    if (tree.get(dir)?.type !== "dir") throw new Error(`${path} lies in ${dir}, which is no directory`);
  }
}
