// The files of an unpacked image (a sandbox directory) in the same form as those of a squashfs image. Links are resolved
// inside the directory, as they will be once it is the root.

import { constants } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { Readable } from "node:stream";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import {
  content,
  decodeName,
  type Extent,
  encodeName,
  type FileType,
  failRead,
  type ImageTree,
  resolvePath,
  type TreeEntry,
  type TreeStat,
  TYPE_NAMES,
  type WalkEntry,
  walkTree,
} from "../squashfs-reader/index.ts";

const CHUNK_BYTES = 128 * 1024;

interface Node extends TreeStat {
  /** Host path. */
  readonly at: Buffer;
  readonly identity: string;
}

/** The tree below a host directory. Extended attributes are not read. */
export class SandboxTree implements ImageTree {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async stat(name: string, options?: { readonly follow?: boolean }): Promise<TreeStat> {
    return publicStat(await this.#find(name, options?.follow === true));
  }

  async list(name: string): Promise<readonly TreeEntry[]> {
    const entries: TreeEntry[] = [];
    for await (const [child, node] of this.children(await this.#find(name, true, "dir")))
      entries.push({ name: child, stat: publicStat(node) });
    return entries;
  }

  async readlink(name: string): Promise<string> {
    return (await this.#find(name, false, "symlink")).target ?? "";
  }

  read(name: string): Readable {
    return Readable.from(content(this.extents(name)), { objectMode: false });
  }

  async *extents(name: string): AsyncGenerator<Extent> {
    yield* this.#extentsOf(await this.#find(name, true, "file"));
  }

  async readSmall(name: string, max: number): Promise<Buffer> {
    const node = await this.#find(name, true, "file");
    if (node.size > max) throw failRead("E_IMAGE_FILE_TOO_BIG", { name, path: this.path, size: node.size, max });
    const parts: Uint8Array[] = [];
    for await (const part of content(this.#extentsOf(node))) parts.push(part);
    return Buffer.concat(parts);
  }

  async xattrs(name: string): Promise<ReadonlyMap<string, Uint8Array>> {
    await this.#find(name, false);
    return new Map();
  }

  async *walk(name: string, options?: { readonly follow?: boolean }): AsyncGenerator<WalkEntry> {
    const start = await this.#find(name, options?.follow === true);
    for await (const { path, node } of walkTree(this, name, start))
      yield { path, stat: publicStat(node), extents: () => this.#extentsOf(node), xattrs: async () => new Map() };
  }

  async close(): Promise<void> {}

  /** For `resolvePath`. */
  root(): Promise<Node> {
    return this.#look(Buffer.from(`${this.path}/.`));
  }

  /** For `resolvePath`. */
  async child(directory: Node, name: string): Promise<Node | undefined> {
    try {
      return await this.#look(below(directory, encodeName(name)));
    } catch (error) {
      if (["ENOENT", "ENAMETOOLONG"].includes(errnoOf(error instanceof Error ? error.cause : undefined) ?? ""))
        return undefined;
      throw error;
    }
  }

  /** For `walkTree`. */
  async *children(directory: Node): AsyncGenerator<readonly [string, Node]> {
    const names = await this.#guard(directory.at, () => readdir(directory.at, { encoding: "buffer" }));
    for (const name of names.sort(Buffer.compare)) yield [decodeName(name), await this.#look(below(directory, name))];
  }

  /** For `walkTree`. */
  identity(directory: Node): string {
    return directory.identity;
  }

  /** For `walkTree`. */
  corrupt(what: string): Error {
    return failRead("E_IMAGE_PATH_ACCESS", { name: "/", path: this.path, reason: what });
  }

  async #find(name: string, follow: boolean, wanted?: FileType): Promise<Node> {
    const node = await resolvePath(this, name, follow);
    if (wanted && node.type !== wanted) {
      const [is, want] = [TYPE_NAMES[node.type], TYPE_NAMES[wanted]];
      throw failRead("E_IMAGE_PATH_KIND", { name, path: this.path, is, wanted: want });
    }
    return node;
  }

  #look(at: Buffer): Promise<Node> {
    return this.#guard(at, async () => {
      const stat = await lstat(at);
      const type = typeOf(stat);
      return {
        ...{ at, type, identity: `${stat.dev}:${stat.ino}`, inode: stat.ino, nlink: stat.nlink, size: stat.size },
        ...{ mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtime: Math.floor(stat.mtimeMs / 1000) },
        ...(type === "symlink" ? { target: decodeName(await readlink(at, { encoding: "buffer" })) } : {}),
        ...(type === "char" || type === "block" ? { rdev: deviceNumber(stat.rdev) } : {}),
      };
    });
  }

  async *#extentsOf(node: Node): AsyncGenerator<Extent> {
    if (node.type !== "file") return;
    // Between the look and the opening the file may have become a link or a pipe.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await this.#guard(node.at, () => open(node.at, flags));
    try {
      for (let offset = 0; ; ) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
        if (bytesRead === 0) return;
        yield { offset, length: bytesRead, data: buffer.subarray(0, bytesRead) };
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  async #guard<T>(at: Buffer, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const name = at.toString().slice(this.path.length) || "/";
      throw failRead("E_IMAGE_PATH_ACCESS", { name, path: this.path, reason: reasonOf(cause) }, { cause });
    }
  }
}

function below(directory: Node, name: Uint8Array): Buffer {
  return Buffer.concat([directory.at, Buffer.from("/"), name]);
}

function typeOf(stat: Awaited<ReturnType<typeof lstat>>): FileType {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "dir";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isBlockDevice()) return "block";
  if (stat.isCharacterDevice()) return "char";
  return stat.isFIFO() ? "fifo" : "socket";
}

function deviceNumber(rdev: number): { readonly major: number; readonly minor: number } {
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}

function publicStat({ at: _at, identity: _identity, ...stat }: Node): TreeStat {
  return stat;
}
