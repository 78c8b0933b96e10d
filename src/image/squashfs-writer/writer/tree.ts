// All names of the file system and what they stand for, in columns: some 60 bytes for each besides its name. Entries
// may come in any order: children before their directory, hard links before their target.

import { fail } from "../../errors.ts";
import { shown, type TarEntry } from "../../tar/entry.ts";
import { Bytes, Column } from "./columns.ts";
import { HashSlots } from "./hash-slots.ts";
import { OwnerTable } from "./owners.ts";
import { XattrTable } from "./xattrs.ts";

/** What a name stands for; "expected": nothing yet, but a hard link leads to it. */
export const NODE = { expected: 0, implied: 1, dir: 2, file: 3, symlink: 4, fifo: 5, link: 6 } as const;

/** The root directory, always there. */
export const ROOT = 0;
/** "No node" in a column. */
export const NO_NODE = 0xffff_ffff;

const MAX_TIME = 0xffff_ffff;

export class Tree {
  readonly owners = new OwnerTable();
  readonly xattrs = new XattrTable();
  readonly kind = new Column("u8");
  readonly mode = new Column("u16");
  /** Indexes into `owners`. */
  readonly uid = new Column("u16");
  readonly gid = new Column("u16");
  readonly mtime = new Column("u32");
  readonly parent = new Column("u32");
  readonly firstChild = new Column("u32");
  readonly nextSibling = new Column("u32");
  /** Of a file: its content; of a symbolic link: position of its text; of a hard link: the node it leads to. */
  readonly data = new Column("u32");
  /** Index into `xattrs`, or `NONE`. */
  readonly xattr = new Column("u32");
  /** Names of the inode; of a directory: its subdirectories. */
  readonly links = new Column("u32");
  readonly #nameAt = new Column("u32");
  readonly #nameLength = new Column("u8");
  readonly #names = new Bytes();
  readonly #texts = new Bytes();
  readonly #slots = new HashSlots((node) => hashOf(this.parent.get(node), this.name(node)));
  readonly #defaultTime: number;
  /** The directory of the entry before, which mostly is that of the next one. */
  #lastPath = "";
  #lastDir: number = ROOT;

  /** `defaultTime`: of directories that no entry describes. */
  constructor(defaultTime: number) {
    this.#defaultTime = clampTime(defaultTime);
    this.#add(ROOT, "");
    this.#imply(ROOT);
  }

  get length(): number {
    return this.kind.length;
  }

  name(node: number): string {
    return this.#names.text(this.#nameAt.get(node), this.#nameLength.get(node));
  }

  /** The text of a symbolic link. */
  target(node: number): Buffer {
    const at = this.data.get(node);
    return this.#texts.view(at + 2, this.#texts.view(at, 2).readUInt16LE());
  }

  /** Adds an entry; `content` is what a file's node keeps. @throws E_SQUASHFS_LIMIT, E_SQUASHFS_TREE */
  add(entry: TarEntry, content: number): void {
    const node = this.#node(entry.path);
    const before = this.kind.get(node);
    if (entry.kind === "dir") {
      if (before !== NODE.dir && before !== NODE.implied) this.#become(node, NODE.dir, entry);
      this.kind.set(node, NODE.dir);
      this.#describe(node, entry);
      return;
    }
    if (entry.kind === "device") throw badTree(entry, "it is a device");
    this.#become(node, NODE[entry.kind], entry);
    if (entry.kind === "link") {
      this.data.set(node, this.#node(entry.target));
      return;
    }
    if (entry.kind === "symlink") this.data.set(node, this.#text(entry.target));
    if (entry.kind === "file") this.data.set(node, content);
    this.#describe(node, entry);
    this.links.add(node, 1);
  }

  /** Follows every hard link to its inode. @throws E_SQUASHFS_TREE */
  settle(): void {
    for (let node = 0; node < this.length; node++) {
      if (this.kind.get(node) !== NODE.link) continue;
      let target = this.data.get(node);
      // A chain has no loop as long as it is shorter than the tree.
      for (let steps = 0; this.kind.get(target) === NODE.link && steps < this.length; steps++) {
        target = this.data.get(target);
      }
      const kind = this.kind.get(target);
      if (kind < NODE.file || kind === NODE.link) {
        throw fail("E_SQUASHFS_TREE", { entry: shown(this.#path(node)), reason: "it links to nothing" });
      }
      this.data.set(node, target);
      this.links.add(target, 1);
    }
  }

  #become(node: number, kind: number, entry: TarEntry): void {
    if (this.kind.get(node) !== NODE.expected) throw badTree(entry, "there is something of that name already");
    this.kind.set(node, kind);
    if (kind === NODE.dir) this.links.add(this.parent.get(node), 1);
  }

  #describe(node: number, entry: TarEntry): void {
    // Links have no permissions of their own; archives say anything.
    this.mode.set(node, entry.kind === "symlink" ? 0o777 : entry.mode);
    this.uid.set(node, this.owners.index(entry.uid));
    this.gid.set(node, this.owners.index(entry.gid));
    this.mtime.set(node, clampTime(entry.mtime));
    this.xattr.set(node, this.xattrs.index(entry.xattrs));
  }

  #text(text: string): number {
    const length = Buffer.alloc(2);
    length.writeUInt16LE(text.length);
    const at = this.#texts.push(length);
    this.#texts.pushText(text);
    return at;
  }

  /** The node of a path, made with its directories when there is none. */
  #node(path: string): number {
    if (path === "") return ROOT;
    const cut = path.lastIndexOf("/");
    const dir = cut < 0 ? "" : path.slice(0, cut);
    if (dir !== this.#lastPath) {
      this.#lastDir = this.#directory(dir);
      this.#lastPath = dir;
    }
    return this.#child(this.#lastDir, path.slice(cut + 1));
  }

  #directory(path: string): number {
    let node: number = ROOT;
    for (const name of path === "" ? [] : path.split("/")) {
      node = this.#child(node, name);
      const kind = this.kind.get(node);
      if (kind === NODE.expected) this.#imply(node);
      else if (kind > NODE.dir) {
        throw fail("E_SQUASHFS_TREE", { entry: shown(this.#path(node)), reason: "it is used as a directory" });
      }
    }
    return node;
  }

  #imply(node: number): void {
    this.kind.set(node, NODE.implied);
    this.mode.set(node, 0o755);
    this.uid.set(node, this.owners.index(0));
    this.gid.set(node, this.owners.index(0));
    this.mtime.set(node, this.#defaultTime);
    if (node !== ROOT) this.links.add(this.parent.get(node), 1);
  }

  #child(parent: number, name: string): number {
    const hash = hashOf(parent, name);
    const same = (node: number) =>
      this.parent.get(node) === parent &&
      this.#nameLength.get(node) === name.length &&
      this.#names.isText(this.#nameAt.get(node), name);
    const found = this.#slots.find(hash, same);
    if (found >= 0) return found;
    const node = this.#add(parent, name);
    this.#slots.add(hash, node);
    this.nextSibling.set(node, this.firstChild.get(parent));
    this.firstChild.set(parent, node);
    return node;
  }

  #add(parent: number, name: string): number {
    if (name.length > 255) throw fail("E_SQUASHFS_LIMIT", { what: `the name "${shown(name)}", longer than 255 bytes` });
    const node = this.kind.push(NODE.expected);
    for (const column of [this.mode, this.uid, this.gid, this.mtime, this.data, this.links]) column.push(0);
    for (const column of [this.firstChild, this.nextSibling, this.xattr]) column.push(NO_NODE);
    this.parent.push(parent);
    this.#nameAt.push(this.#names.pushText(name));
    this.#nameLength.push(name.length);
    return node;
  }

  #path(node: number): string {
    const parts: string[] = [];
    for (let at = node; at !== ROOT; at = this.parent.get(at)) parts.unshift(this.name(at));
    return parts.join("/");
  }
}

/** Seconds since 1970 as inodes can hold them. */
export function clampTime(seconds: number): number {
  return Math.min(Math.max(Math.floor(seconds), 0), MAX_TIME);
}

function badTree(entry: TarEntry, reason: string): Error {
  return fail("E_SQUASHFS_TREE", { entry: shown(entry.path), reason });
}

// FNV-1a over the name, begun with the directory, and mixed once more since the low bits choose the slot.
function hashOf(parent: number, name: string): number {
  let hash = 0x811c9dc5 ^ Math.imul(parent, 0x9e3779b1);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
