// The files of an unpacked image (a sandbox directory) in the same form as those of a squashfs image. Links are resolved
// inside the directory, as they will be once it is the root.

import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, readlink } from "node:fs/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import {
  decodeName,
  type Extent,
  encodeName,
  type FileType,
  failRead,
  type ImageTree,
  type NodeSource,
  nodeTree,
  type TreeStat,
} from "../squashfs-reader/index.ts";

const CHUNK_BYTES = 128 * 1024;

interface Node extends TreeStat {
  /** Host path. */
  readonly at: Buffer;
  readonly identity: string;
}

/** The tree below a host directory. Extended attributes are not read. */
export function sandboxTree(path: string): ImageTree {
  return nodeTree(new HostFiles(path));
}

class HostFiles implements NodeSource<Node> {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async close(): Promise<void> {}

  root(): Promise<Node> {
    return this.#look(Buffer.from(`${this.path}/.`));
  }

  async child(directory: Node, name: string): Promise<Node | undefined> {
    try {
      return await this.#look(below(directory, encodeName(name)));
    } catch (error) {
      if (["ENOENT", "ENAMETOOLONG"].includes(errnoOf(error instanceof Error ? error.cause : undefined) ?? ""))
        return undefined;
      throw error;
    }
  }

  async *children(directory: Node): AsyncGenerator<readonly [string, Node]> {
    const names = await this.#guard(directory.at, () => readdir(directory.at, { encoding: "buffer" }));
    for (const name of names.sort(Buffer.compare)) yield [decodeName(name), await this.#look(below(directory, name))];
  }

  identity(directory: Node): string {
    return directory.identity;
  }

  corrupt(what: string): Error {
    return failRead("E_IMAGE_PATH_ACCESS", { name: "/", path: this.path, reason: what });
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

  async *extentsOf(node: Node): AsyncGenerator<Extent> {
    if (node.type !== "file") return;
    const file = await this.openNode(node);
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

  openNode(node: Node): Promise<FileHandle> {
    // Between the look and the opening the file may have become a link or a pipe.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    return this.#guard(node.at, () => open(node.at, flags));
  }

  async xattrsOf(): Promise<ReadonlyMap<string, Uint8Array>> {
    return new Map();
  }

  statOf({ at: _at, identity: _identity, ...stat }: Node): TreeStat {
    return stat;
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
