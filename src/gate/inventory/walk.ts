// Walks trees and looks into every regular file, many at once: the time goes into waiting for file systems, often across a network.
// Follows no link, waits for no pipe, and goes on where something cannot be read, which is counted.

import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstat,
  open,
  read as readAt,
  readdir,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ImageKind, imageKind, LOOKED_AT } from "./image-kind.ts";

/** An image that was found. */
export interface FoundFile {
  readonly path: string;
  readonly kind: ImageKind;
  readonly bytes: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly changed: number;
}

export interface WalkOptions {
  /** Stay on the file systems of the folders that are named. */
  readonly oneFileSystem: boolean;
  /** Mount points that are not entered: what the kernel shows there are no files. */
  readonly pseudo: ReadonlySet<string>;
  readonly signal: AbortSignal;
  found(file: FoundFile): void;
}

/** What a walk came past. */
export interface WalkCounts {
  readonly files: number;
  readonly folders: number;
  /** Folders and files that could not be read; the first of them by name. */
  readonly unreadable: number;
  readonly unreadablePaths: readonly string[];
}

/** Looks at once. */
const AT_ONCE = 32;
const NAMED_UNREADABLE = 20;

const statLink = promisify(lstat) as (path: string, options: { bigint: true }) => Promise<BigIntStats>;
const listFolder = promisify(readdir) as (path: string, options: { withFileTypes: true }) => Promise<Dirent[]>;
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Walks all of `roots`; a folder that lies in another is walked once. */
export async function walk(roots: readonly string[], options: WalkOptions): Promise<WalkCounts> {
  return new Walk(options).run(roots);
}

interface Work {
  readonly path: string;
  readonly folder: boolean;
  /** Device of the root it was reached from. */
  readonly device: bigint;
}

class Walk {
  readonly #options: WalkOptions;
  // Files before folders: what is waiting then never grows beyond the entries of the folders at hand.
  readonly #files: Work[] = [];
  readonly #folders: Work[] = [];
  readonly #seen = new Set<string>();
  readonly #unreadable: string[] = [];
  #counts = { files: 0, folders: 0, unreadable: 0 };

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  async run(roots: readonly string[]): Promise<WalkCounts> {
    for (const root of roots) await this.#begin(root);
    await new Promise<void>((resolve, reject) => this.#pump({ active: 0, resolve, reject }));
    this.#options.signal.throwIfAborted();
    return { ...this.#counts, unreadablePaths: this.#unreadable };
  }

  async #begin(root: string): Promise<void> {
    try {
      const info = await statLink(root, { bigint: true });
      const work = { path: root, folder: info.isDirectory(), device: info.dev };
      if (work.folder) this.#folders.push(work);
      else if (info.isFile()) this.#files.push(work);
    } catch {
      this.#miss(root);
    }
  }

  #pump(state: { active: number; resolve(): void; reject(reason: unknown): void }): void {
    while (state.active < AT_ONCE && !this.#options.signal.aborted) {
      const work = this.#files.pop() ?? this.#folders.pop();
      if (!work) break;
      state.active += 1;
      const done = work.folder ? this.#enter(work) : this.#look(work.path);
      done.then(() => {
        state.active -= 1;
        this.#pump(state);
      }, state.reject);
    }
    if (state.active === 0) state.resolve();
  }

  async #enter({ path, device }: Work): Promise<void> {
    const entries =
      (await this.#mayEnter(path, device)) && (await listFolder(path, { withFileTypes: true }).catch(() => undefined));
    if (entries === false) return;
    if (!entries) return this.#miss(path);
    this.#counts.folders += 1;
    for (const entry of entries) {
      if (entry.isFile()) this.#files.push({ path: join(path, entry.name), folder: false, device });
      else if (entry.isDirectory()) this.#folders.push({ path: join(path, entry.name), folder: true, device });
    }
  }

  async #mayEnter(path: string, device: bigint): Promise<boolean> {
    if (this.#options.pseudo.has(path)) return false;
    const info = await statLink(path, { bigint: true }).catch(() => undefined);
    if (!info) return true;
    if (this.#options.oneFileSystem && info.dev !== device) return false;
    // Named twice, or mounted into itself.
    const key = `${info.dev}:${info.ino}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  // An image file is rare: what it costs beyond opening and one read is paid for those alone.
  #look(path: string): Promise<void> {
    this.#counts.files += 1;
    return new Promise((resolve) => {
      open(path, FLAGS, (failure, file) => {
        if (failure) return resolve(this.#miss(path));
        const bytes = Buffer.allocUnsafe(LOOKED_AT);
        readAt(file, bytes, 0, LOOKED_AT, 0, (error, count) => {
          if (error) this.#miss(path);
          else this.#note(path, file, imageKind(bytes.subarray(0, count)));
          closeSync(file);
          resolve();
        });
      });
    });
  }

  #note(path: string, file: number, kind: ImageKind | undefined): void {
    if (kind === undefined) return;
    const { size, uid, gid, mtimeMs } = fstatSync(file);
    this.#options.found({ path, kind, bytes: size, uid, gid, changed: mtimeMs / 1000 });
  }

  #miss(path: string): void {
    this.#counts.unreadable += 1;
    if (this.#unreadable.length < NAMED_UNREADABLE) this.#unreadable.push(path);
  }
}
