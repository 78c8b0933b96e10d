// Reads the files of an image that is no longer in layers (squashfs, an unpacked folder) into the same record that a layer has.
// Every file is read as far as somebody wants it; links are not followed.

import { Budget } from "../image/flatten/budget.ts";
import type { FlattenLimits } from "../image/flatten/options.ts";
import type { Extent, FileType, ImageTree, TreeStat } from "../image/squashfs-reader/index.ts";
import type { LayerRecord, RecordedEntry } from "./layer-record.ts";
import { FileRecorder } from "./record-files.ts";

const TYPES: Readonly<Record<FileType, RecordedEntry["type"]>> = {
  file: "file",
  dir: "directory",
  symlink: "symlink",
  block: "device",
  char: "device",
  fifo: "fifo",
  socket: "fifo",
};
const ZEROS = Buffer.alloc(64 * 1024);

/** What reading a tree needs. */
export interface TreeReading {
  readonly limits: FlattenLimits;
  readonly signal: AbortSignal;
  readonly alsoTexts?: ReadonlySet<string> | undefined;
}

/** The record of all files of an image. @throws E_LAYER_LIMIT, and what reading the tree makes fail */
export async function readTree(tree: ImageTree, { limits, signal, alsoTexts }: TreeReading): Promise<LayerRecord> {
  const budget = new Budget(limits);
  const files = new FileRecorder(alsoTexts);
  const firstNames = new Map<number, string>();
  for await (const { path, stat, extents } of tree.walk("/")) {
    signal.throwIfAborted();
    if (path === "/") continue;
    const entry = recorded(path.slice(1), stat, firstNames);
    budget.entry(entry.type === "file" ? entry.size : 0, tree.path);
    files.entry(entry);
    if (entry.type === "file" && entry.size > 0) await feed(extents(), (slice) => files.bytes(slice), signal);
  }
  const { emptied: _none, ...found } = files.finish();
  return { diffId: undefined, whiteouts: [], opaque: [], ...found };
}

function recorded(path: string, stat: TreeStat, firstNames: Map<number, string>): RecordedEntry {
  const { mode, uid, gid } = stat;
  const plain = { path, mode, uid, gid, program: false };
  const first = stat.type === "file" && stat.nlink > 1 ? firstNames.get(stat.inode) : undefined;
  if (first !== undefined) return { ...plain, type: "hardlink", size: 0, target: first };
  if (stat.type === "file" && stat.nlink > 1) firstNames.set(stat.inode, path);
  return { ...plain, type: TYPES[stat.type], size: stat.type === "file" ? stat.size : 0, target: stat.target };
}

// Stops as soon as nobody wants more: of most large files that is behind the first block.
async function feed(
  extents: AsyncIterable<Extent>,
  take: (slice: Buffer) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for await (const { data, length } of extents) {
    signal.throwIfAborted();
    if (data) {
      if (!take(Buffer.from(data.buffer, data.byteOffset, data.byteLength))) return;
      continue;
    }
    for (let left = length; left > 0; left -= ZEROS.length)
      if (!take(ZEROS.subarray(0, Math.min(left, ZEROS.length)))) return;
  }
}
