// From a header block and what was said before it to one entry: the single place that knows which of them wins.

import { type Block, number } from "./block.ts";
import { timeFits } from "./encode.ts";
import type { EntryKind, TarEntry } from "./entry.ts";
import type { Overrides } from "./overrides.ts";
import { canonicalPath, canonicalTarget, type PathLimits } from "./path.ts";
import { type Stretch, stretchesOfList } from "./sparse.ts";

/** An entry with how its content lies in the archive. */
export interface Interpreted {
  readonly entry: TarEntry;
  /** Bytes of body that follow in the archive, without padding. */
  readonly stored: number;
  /** "gnu": blocks with the map follow the header; "head": the map stands at the head of the body (PAX 1.0). */
  readonly sparse: readonly Stretch[] | "gnu" | "head" | undefined;
}

const KINDS: Readonly<Record<string, EntryKind>> = {
  "0": "file",
  "7": "file",
  S: "file",
  "1": "link",
  "2": "symlink",
  "3": "device",
  "4": "device",
  "5": "dir",
  D: "dir",
  "6": "fifo",
};

/** Types whose entries say nothing of the tree: volume label, Solaris attributes. */
const IGNORED = "VX";

const MAX_ID = 0xffffffff;

/** The entry; "ignored"; or why it is refused. `raw` is the block's bytes. */
export function interpret(
  block: Block,
  raw: Buffer,
  over: Overrides | undefined,
  limits: PathLimits,
): Interpreted | "ignored" | { readonly bad: string; readonly name: string } {
  const name = over?.sparse?.get("name") ?? over?.path ?? block.name;
  const kind = kindOf(block, name);
  if (IGNORED.includes(block.type)) return "ignored";
  if (kind === undefined) return { bad: `its type "${block.type}" is not one that images can hold`, name };
  const path = canonicalPath(name, limits);
  if ("bad" in path) return { ...path, name };
  const target = targetOf(kind, over?.link ?? block.link, limits);
  if ("bad" in target) return { ...target, name };
  const sparse = kind === "file" ? sparseOf(block, over?.sparse) : undefined;
  const stored = kind === "file" || block.type === "D" ? (over?.size ?? block.size) : 0;
  const size = kind !== "file" ? 0 : sparse === undefined ? stored : sizeOfSparse(raw, over);
  const uid = over?.uid ?? block.uid;
  const gid = over?.gid ?? block.gid;
  const mtime = over?.mtime ?? block.mtime;
  if (!(stored >= 0 && size >= 0)) return { bad: "its size is not a number that makes sense", name };
  if (!(uid >= 0 && gid >= 0 && uid <= MAX_ID && gid <= MAX_ID)) return { bad: "its owner is out of range", name };
  const facts = { path: path.path, kind, mode: block.mode & 0o7777, uid, gid, mtime, size };
  const entry = { ...facts, target: target.path, xattrs: over?.xattrs };
  const usable = over === undefined && sayTheSame(block, raw, entry);
  return { entry: { ...entry, block: usable ? raw : undefined }, stored, sparse };
}

// Old tars had no type for directories: a trailing slash said it.
function kindOf(block: Block, name: string): EntryKind | undefined {
  const kind = KINDS[block.type];
  return kind === "file" && name.endsWith("/") ? "dir" : kind;
}

function targetOf(
  kind: EntryKind,
  link: string,
  limits: PathLimits,
): { readonly path: string } | { readonly bad: string } {
  if (kind === "link") {
    const target = canonicalTarget(link, limits);
    return "bad" in target ? { bad: `of the file it links to: ${target.bad}` } : target;
  }
  if (kind !== "symlink") return { path: "" };
  if (link === "") return { bad: "it is a symbolic link to nothing" };
  return link.length > 4095 ? { bad: "it is a symbolic link with a text longer than 4095 bytes" } : { path: link };
}

function sparseOf(block: Block, keys: Overrides["sparse"]): Interpreted["sparse"] {
  if (block.type === "S") return "gnu";
  if (keys === undefined) return undefined;
  if (keys.get("major") === "1") return "head";
  const map = keys.get("map");
  return map === undefined ? undefined : stretchesOfList(map);
}

function sizeOfSparse(raw: Buffer, over: Overrides | undefined): number {
  const text = over?.sparse?.get("realsize") ?? over?.sparse?.get("size");
  if (text === undefined) return raw[156] === 0x53 ? number(raw, 483, 12) : Number.NaN;
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : Number.NaN;
}

/**
 * True when a reader that is less careful than this one finds in the block the same as stands in `entry`: then the
 * block may go on unchanged.
 */
function sayTheSame(block: Block, raw: Buffer, entry: Omit<TarEntry, "block">): boolean {
  const { path, kind, target, mtime } = entry;
  if (!block.octal || !timeFits(mtime) || block.type === "7" || block.type === "D" || kind === "device") return false;
  // The GNU dialect keeps other things where ustar has the prefix.
  if (block.dialect === "old" || (block.dialect === "gnu" && raw[345] !== 0)) return false;
  if (kind !== "file" && block.size !== 0) return false;
  if (kind === "dir" ? block.type !== "5" : block.name !== path) return false;
  return kind !== "link" || block.link === target;
}
