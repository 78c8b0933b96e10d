// What changes about an entry on its way into the image: permissions, owners, extended attributes. One entry at a
// time; the merge decides whether it comes at all.

import type { ConversionOptions } from "../conversion-options.ts";

import { shown, type TarEntry } from "../tar/entry.ts";

/** Collects, over a whole image, what `adjust` took away or widened. */
export interface Changes {
  readonly modes: Map<string, number>;
  readonly droppedXattrs: Set<string>;
}

export type AdjustOptions = Pick<ConversionOptions, "fixPermissions" | "owners">;

/** The entry as it goes into the image; the same object when nothing changes. */
export function adjust(entry: TarEntry, options: AdjustOptions, changes: Changes): TarEntry {
  const mode = options.fixPermissions ? entry.mode | neededBits(entry) : entry.mode;
  if (mode !== entry.mode) changes.modes.set(shown(entry.path), entry.mode);
  const squash = options.owners === "squash" && (entry.uid !== 0 || entry.gid !== 0);
  const xattrs = entry.xattrs && keptXattrs(entry.xattrs, changes);
  if (mode === entry.mode && !squash && xattrs === entry.xattrs) return entry;
  return { ...entry, mode, ...(squash ? { uid: 0, gid: 0 } : {}), xattrs, block: undefined };
}

// The owner of a single-user image must be able to read, copy and delete all of it.
function neededBits(entry: TarEntry): number {
  return entry.kind === "dir" ? 0o700 : entry.kind === "file" ? 0o600 : 0;
}

// Only user.* means anything to an unprivileged reader; security.* would claim rights that nobody checked.
function keptXattrs(xattrs: ReadonlyMap<string, Buffer>, changes: Changes): ReadonlyMap<string, Buffer> {
  const kept = [...xattrs].filter(([name]) => name.startsWith("user."));
  if (kept.length === xattrs.size) return xattrs;
  for (const name of xattrs.keys()) if (!name.startsWith("user.")) changes.droppedXattrs.add(shown(name));
  return new Map(kept);
}
