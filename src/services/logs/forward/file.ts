// Lines as JSON, one file for all services. Whoever rotates it may rename it: the next lines begin a new one.

import { type FileHandle, open, stat } from "node:fs/promises";
import type { HeardLine } from "../collector.ts";
import type { Forwarder } from "./types.ts";

const WAITING_BYTES = 8 * 1024 * 1024;

/** Appends to a file. */
export function toFile(path: string): Forwarder {
  return new FileForwarder(path);
}

class FileForwarder implements Forwarder {
  readonly #path: string;
  #waiting: string[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  lost = 0;

  constructor(path: string) {
    this.#path = path;
  }

  send({ stack, service, line }: HeardLine): void {
    const { stamp, stream, slot, container, text } = line;
    const json = `${JSON.stringify({ time: stamp, stack, service, slot, container, stream, line: text })}\n`;
    if (this.#bytes > WAITING_BYTES) {
      this.lost += 1;
      return;
    }
    this.#waiting.push(json);
    this.#bytes += Buffer.byteLength(json);
    this.#writing ??= this.#write();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close();
  }

  async #write(): Promise<void> {
    // Once round, so that `#writing` is set before it is unset.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      try {
        await (await this.#file()).appendFile(lines.join(""));
      } catch {
        this.lost += lines.length;
      }
    }
    // In one go with the last look at what waits: whoever sends after it finds nobody writing.
    this.#writing = undefined;
  }

  async #file(): Promise<FileHandle> {
    const [ours, there] = await Promise.all([this.#handle?.stat(), stat(this.#path).catch(() => undefined)]);
    if (this.#handle && ours?.ino === there?.ino) return this.#handle;
    await this.#handle?.close();
    this.#handle = undefined;
    this.#handle = await open(this.#path, "a", 0o640);
    return this.#handle;
  }
}
