// A file of a web server on its way into the cache: what has arrived lies beside a note of which version of the file it
// belongs to, so that a broken transfer goes on where it stopped, and never with bytes of another version.

import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, rm, writeFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { writeFailure } from "../store/errors.ts";

/** What tells versions of a file apart; undefined when the server says nothing that does. */
export type Version = string | undefined;

/** Headers of an answer as a version: a strong ETag, or the time of the last change. */
export function versionOf(headers: Readonly<Record<string, string>>): Version {
  const { etag } = headers;
  return etag !== undefined && !etag.startsWith("W/") ? etag : headers["last-modified"];
}

/** The file; whoever opens it holds its lock. */
export class PartialWebFile {
  readonly path: string;
  readonly #file: FileHandle;
  #version: Version;
  #size: number;

  private constructor(path: string, file: FileHandle, version: Version, size: number) {
    this.path = path;
    this.#file = file;
    this.#version = version;
    this.#size = size;
  }

  /** Opens what an earlier transfer has left, or begins. @throws E_STORE_UNWRITABLE, E_STORE_FULL */
  static async open(path: string): Promise<PartialWebFile> {
    try {
      const file = await open(path, "a+", 0o600);
      const version = await readFile(`${path}.version`, "utf8").catch(() => undefined);
      const { size } = await file.stat();
      return new PartialWebFile(path, file, version, version === undefined ? 0 : size);
    } catch (error) {
      throw writeFailure(error, path);
    }
  }

  /** Bytes that are there, and can be gone on from when the version is still this. */
  get reached(): { readonly size: number; readonly version: Version } {
    return { size: this.#size, version: this.#version };
  }

  /** Forgets what is there: another version comes. */
  async restart(version: Version): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
    this.#version = version;
    if (version === undefined) await rm(`${this.path}.version`, { force: true });
    else await writeFile(`${this.path}.version`, version, { mode: 0o600 });
  }

  /** Appends a body as it comes. @throws E_STORE_FULL, and what the body fails with */
  async append(body: Readable, advance: (bytes: number) => void): Promise<void> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await this.#file.writeFile(chunk).catch((error: unknown) => {
        throw writeFailure(error, this.path);
      });
      this.#size += chunk.length;
      advance(chunk.length);
    }
  }

  /** The digest of all of it, in hexadecimal. */
  async digest(algorithm: "sha256" | "sha512", signal: AbortSignal | undefined): Promise<string> {
    const hash = createHash(algorithm);
    const file = await open(this.path, "r");
    for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, signal }))
      hash.update(chunk as Buffer);
    return hash.digest("hex");
  }

  /** Ends the work; the file stays for the next time unless `remove`. */
  async close({ remove }: { readonly remove: boolean }): Promise<void> {
    await this.#file.close();
    if (!remove) return;
    await rm(`${this.path}.version`, { force: true });
    await rm(this.path, { force: true });
  }
}
