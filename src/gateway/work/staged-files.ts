// Finished image files that are kept for a while: whoever wants the same image for another system need not have it made
// again. Bounded in bytes and time. A class because it owns the files.

import { constants, copyFile, link, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { FileFacts } from "./job-messages.ts";

interface Staged extends FileFacts {
  readonly path: string;
  /** Seconds since 1970. */
  readonly until: number;
}

export interface StagedOptions {
  readonly folder: string;
  /** Bytes of all files together. */
  readonly maxBytes: number;
  readonly keepSeconds: number;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export class StagedFiles {
  readonly #options: StagedOptions;
  readonly #files = new Map<string, Staged>();

  constructor(options: StagedOptions) {
    this.#options = options;
  }

  /** Keeps `path` under `key`, leaving the file where it is, too. */
  async keep(key: string, path: string, facts: FileFacts): Promise<void> {
    await this.expire();
    if (facts.bytes > this.#options.maxBytes) return;
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    const kept = join(this.#options.folder, key);
    await rm(kept, { force: true });
    await secondName(path, kept);
    this.#files.set(key, { ...facts, path: kept, until: this.#options.now() + this.#options.keepSeconds });
    await this.#shrink();
  }

  /** Puts the file of `key` at `path`, if it is still kept. */
  async take(key: string, path: string): Promise<FileFacts | undefined> {
    await this.expire();
    const staged = this.#files.get(key);
    if (staged === undefined) return undefined;
    await secondName(staged.path, path);
    return { bytes: staged.bytes, digest: staged.digest };
  }

  /** Removes what was kept long enough. */
  async expire(): Promise<void> {
    const now = this.#options.now();
    for (const [key, { until }] of this.#files) if (until <= now) await this.#drop(key);
  }

  // The oldest first, which is the order of the map.
  async #shrink(): Promise<void> {
    let sum = [...this.#files.values()].reduce((all, { bytes }) => all + bytes, 0);
    for (const [key, { bytes }] of this.#files) {
      if (sum <= this.#options.maxBytes) return;
      sum -= bytes;
      await this.#drop(key);
    }
  }

  async #drop(key: string): Promise<void> {
    const staged = this.#files.get(key);
    this.#files.delete(key);
    if (staged) await rm(staged.path, { force: true });
  }
}

// A second name for the same bytes; nobody writes into a finished image. Where links are impossible, a copy.
async function secondName(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!["EPERM", "EXDEV", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(errnoOf(error) ?? "")) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}
