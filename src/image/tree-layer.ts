// The files of an image as one layer: a tar archive, the same bytes for the same files. Knows neither SIF files nor
// configurations.

import type { WalkEntry } from "./squashfs-reader/index.ts";
import { encodeName, type ImageTree, TYPE_NAMES } from "./squashfs-reader/index.ts";
import { content } from "./squashfs-reader/tree.ts";
import { END_OF_ARCHIVE, encodeHeader, type HeaderFacts, padding } from "./tar/encode.ts";
import type { EntryKind } from "./tar/entry.ts";

/** What is done with the files on their way. */
export interface LayerWishes {
  /** True for paths (with a leading slash) that are left out; what is below a folder is asked for too. */
  readonly leaveOut: (entry: WalkEntry) => boolean;
  /** Modes that files had before they were made readable, by path without a leading slash. */
  readonly modes: ReadonlyMap<string, number>;
  /** Hears of devices and sockets, which are left out: unprivileged runtimes could not make them. */
  readonly onSkipped: (path: string, is: string) => void;
}

const KINDS: Readonly<Partial<Record<WalkEntry["stat"]["type"], EntryKind>>> = {
  file: "file",
  dir: "dir",
  symlink: "symlink",
  fifo: "fifo",
};

/** The archive in pieces. @throws what reading the tree does */
export async function* treeLayer(tree: ImageTree, wishes: LayerWishes): AsyncGenerator<Uint8Array> {
  const linked = new Map<number, string>();
  for await (const entry of tree.walk("/")) {
    if (wishes.leaveOut(entry)) continue;
    const { stat } = entry;
    const kind = KINDS[stat.type];
    if (kind === undefined) {
      wishes.onSkipped(entry.path, TYPE_NAMES[stat.type]);
      continue;
    }
    const path = byteString(entry.path.replace(/^\//, ""));
    const first = kind !== "dir" && stat.nlink > 1 ? linked.get(stat.inode) : undefined;
    if (first !== undefined) {
      yield encodeHeader({ ...plainFacts(entry, path), kind: "link", size: 0, target: first, xattrs: undefined });
      continue;
    }
    if (kind !== "dir" && stat.nlink > 1) linked.set(stat.inode, path);
    const mode = wishes.modes.get(entry.path.slice(1)) ?? stat.mode;
    yield encodeHeader({ ...plainFacts(entry, path), kind, mode, xattrs: await sortedXattrs(entry) });
    if (kind !== "file") continue;
    yield* content(entry.extents());
    yield Buffer.alloc(padding(stat.size));
  }
  yield END_OF_ARCHIVE;
}

function plainFacts({ stat }: WalkEntry, path: string): Omit<HeaderFacts, "kind" | "xattrs"> {
  const { mode, uid, gid, mtime, type } = stat;
  const target = type === "symlink" ? byteString(stat.target ?? "") : "";
  return { path, mode, uid, gid, mtime, size: type === "file" ? stat.size : 0, target };
}

async function sortedXattrs(entry: WalkEntry): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const found = await entry.xattrs();
  if (found.size === 0) return undefined;
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([name, value]) => [name, Buffer.from(value)]));
}

// The tar room keeps names as byte strings, the readers of images as text with marks for what is not UTF-8.
function byteString(name: string): string {
  return encodeName(name).toString("latin1");
}
