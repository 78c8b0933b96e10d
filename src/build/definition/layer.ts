// Files that the front end itself puts into an image, as a layer. The same files give the same bytes.

import { Readable } from "node:stream";
import { digestOf } from "../../base/digest.ts";
import type { ExtraEntry } from "../../image/metadata/entry.ts";
import { END_OF_ARCHIVE, encodeHeader, padding } from "../../image/tar/encode.ts";
import type { TarStep } from "../types.ts";

/** What a layer of our own holds: files in the order in which they are written, and names that it takes away. */
export interface OwnLayer {
  readonly entries: readonly ExtraEntry[];
  /** Paths without a leading slash. */
  readonly removed: readonly string[];
}

/** The step that lays the files over a state. Times are `mtime` for all. */
export function layerStep({ entries, removed }: OwnLayer, mtime: number): TarStep {
  const whiteouts = removed.map((path): ExtraEntry => ({ path: whiteout(path), type: "file", mode: 0 }));
  const bytes = Buffer.concat([...[...entries, ...whiteouts].map((entry) => encode(entry, mtime)), END_OF_ARCHIVE]);
  return { kind: "tar", identity: digestOf(bytes), open: () => Promise.resolve(Readable.from([bytes])) };
}

// Image-spec layer.md, "Whiteouts".
function whiteout(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`;
}

function encode(entry: ExtraEntry, mtime: number): Buffer {
  const content = entry.type === "file" ? (entry.content ?? Buffer.alloc(0)) : Buffer.alloc(0);
  const header = encodeHeader({
    path: Buffer.from(entry.path).toString("latin1"),
    kind: entry.type,
    mode: entry.mode,
    ...{ uid: 0, gid: 0, mtime: entry.mtime ?? mtime, xattrs: undefined },
    size: content.length,
    target: Buffer.from(entry.target ?? "").toString("latin1"),
  });
  return Buffer.concat([header, content, Buffer.alloc(padding(content.length))]);
}
