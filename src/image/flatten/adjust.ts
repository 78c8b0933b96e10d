// What changes about an entry on its way into the image: permissions, owners, extended attributes. One entry at a
// time; the merge decides whether it comes at all.

import type { ConversionOptions } from "../conversion-options.ts";

import { shown, type TarEntry } from "../tar/entry.ts";

/** Names of dropped attributes that are told, and bytes of each (XATTR_NAME_MAX): a layer may have any number of any length. */
const MAX_NAMES = 1000;
const MAX_NAME = 255;

/** Collects, over a whole image, what `adjust` took away or widened. */
export interface Changes {
  readonly modes: Map<string, number>;
  readonly droppedXattrs: Set<string>;
}

export type AdjustOptions = Pick<ConversionOptions, "fixPermissions" | "owners" | "shared" | "xattrs">;

/** The entry as it goes into the image; the same object when nothing changes. */
export function adjust(entry: TarEntry, options: AdjustOptions, changes: Changes): TarEntry {
  const fixed = options.fixPermissions ? entry.mode | neededBits(entry) : entry.mode;
  const mode = options.shared ? sharedMode(entry, fixed) : fixed;
  if (mode !== entry.mode) changes.modes.set(shown(entry.path), entry.mode);
  const squash = options.owners === "squash" && (entry.uid !== 0 || entry.gid !== 0);
  const xattrs = entry.xattrs && keptXattrs(entry.xattrs, options.xattrs === "drop", changes);
  if (mode === entry.mode && !squash && xattrs === entry.xattrs) return entry;
  return { ...entry, mode, ...(squash ? { uid: 0, gid: 0 } : {}), xattrs, block: undefined };
}

// The owner of a single-user image must be able to read, copy and delete all of it.
function neededBits(entry: TarEntry): number {
  return entry.kind === "dir" ? 0o700 : entry.kind === "file" ? 0o600 : 0;
}

// As `chmod a+rX` has it; set-id bits of files would lend root's rights wherever somebody mounts the image carelessly.
function sharedMode({ kind }: TarEntry, mode: number): number {
  if (kind === "dir") return mode | 0o555;
  if (kind !== "file") return mode;
  return (mode & ~0o6000) | (mode & 0o111 ? 0o555 : 0o444);
}

// Only user.* means anything to an unprivileged reader; security.* would claim rights that nobody checked.
function keptXattrs(xattrs: ReadonlyMap<string, Buffer>, none: boolean, changes: Changes): ReadonlyMap<string, Buffer> {
  const keep = (name: string) => !none && name.startsWith("user.");
  const kept = [...xattrs].filter(([name]) => keep(name));
  if (kept.length === xattrs.size) return xattrs;
  for (const name of xattrs.keys()) {
    if (!keep(name) && changes.droppedXattrs.size < MAX_NAMES)
      changes.droppedXattrs.add(shown(name.slice(0, MAX_NAME)));
  }
  return new Map(kept);
}
