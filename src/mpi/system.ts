// The programs and libraries of one system, the host or an image: each is read once. Links are followed inside the system.

import { BerthError, hasCode } from "../base/errors.ts";
import { type ElfHead, type ElfObject, readElf, readElfHead } from "../elf/index.ts";
import { MAX_CACHE_BYTES, readLdCache } from "../elf/ld-cache.ts";
import type { ImageTree, RandomFile, TreeStat } from "../image/squashfs-reader/index.ts";

/** A file that is there, and what tells it from all others of its system. */
export interface Found {
  readonly path: string;
  readonly size: number;
  /** Two paths with the same text are the same file. */
  readonly identity: string;
}

/** Files of a host or an image. */
export class System {
  /** For messages: `the host`, `the image`. */
  readonly name: string;
  readonly tree: ImageTree;
  /** Paths of damaged programs and libraries that were met. */
  readonly damaged = new Set<string>();
  readonly #heads = new Map<string, Promise<ElfHead | undefined>>();
  readonly #objects = new Map<string, Promise<ElfObject | undefined>>();
  #cache: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(name: string, tree: ImageTree) {
    this.name = name;
    this.tree = tree;
  }

  /** The regular file at a path, links followed; undefined when there is none. */
  async find(path: string): Promise<Found | undefined> {
    const stat = await existing<TreeStat>(this.tree.stat(path, { follow: true }));
    return stat?.type === "file" ? foundAt(path, stat) : undefined;
  }

  /** Names in a directory; none when there is no such directory. */
  async list(path: string): Promise<readonly string[]> {
    return (await existing(this.tree.list(path)))?.map(({ name }) => name) ?? [];
  }

  /** What a file says to the loader; undefined for what is no ELF file, or a damaged or unreadable one. */
  head(file: Found): Promise<ElfHead | undefined> {
    return remembered(this.#heads, file, () => this.#read(file, readElfHead));
  }

  /** The same with symbols and versions. */
  object(file: Found): Promise<ElfObject | undefined> {
    return remembered(this.#objects, file, () => this.#read(file, readElf));
  }

  /** Places of a library by the cache of ldconfig; none when it has none that can be read. */
  async cached(name: string): Promise<readonly string[]> {
    this.#cache ??= this.#readCache();
    return (await this.#cache).get(name) ?? [];
  }

  async #readCache(): Promise<ReadonlyMap<string, readonly string[]>> {
    const bytes = await existing(this.tree.readSmall("/etc/ld.so.cache", MAX_CACHE_BYTES));
    // The loader passes over a cache that it cannot read, too.
    const entries = (bytes && readLdCache(bytes)?.entries) ?? [];
    const places = Map.groupBy(entries, ({ name }) => name);
    return new Map([...places].map(([name, of]) => [name, of.map(({ path }) => path)]));
  }

  #read<T>(file: Found, read: ReadObject<T>): Promise<T | undefined> {
    return this.readWith(file, () => this.tree.openFile(file.path), read);
  }

  /** Reads a file that is opened so; undefined when it cannot be or is damaged. */
  async readWith<T>({ path }: Found, open: () => Promise<RandomFile>, read: ReadObject<T>): Promise<T | undefined> {
    const file = await existing(open());
    try {
      return file && (await read(file, path));
    } catch (error) {
      if (!hasCode(error, "E_ELF_DAMAGED")) throw error;
      this.damaged.add(path);
      return undefined;
    } finally {
      await file?.close();
    }
  }
}

type ReadObject<T> = (file: RandomFile, path: string) => Promise<T | undefined>;

/** A file that a walk met. The numbers of inodes count for one file system each, and a host has several. */
export function foundAt(path: string, { inode, size, mtime }: TreeStat): Found {
  return { path, size, identity: `${inode}:${size}:${mtime}` };
}

function remembered<T>(known: Map<string, Promise<T>>, { path }: Found, read: () => Promise<T>): Promise<T> {
  const value = known.get(path) ?? read();
  known.set(path, value);
  return value;
}

/** What is not there or may not be read is an answer here and no failure; damage of the image stays one. */
async function existing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof BerthError && error.code.startsWith("E_IMAGE_PATH_")) return undefined;
    if (error instanceof BerthError && error.code === "E_IMAGE_FILE_TOO_BIG") return undefined;
    throw error;
  }
}
