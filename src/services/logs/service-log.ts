// The kept output of one service: files that are written one after the other, the oldest removed when all together are too
// large. What cannot be written (a full disk) is lost and counted; nobody waits for it.

import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseLine, printLine, type StoredLine } from "./stored-line.ts";

/** A place in the output: everything before it is complete. */
export interface Mark {
  readonly file: number;
  readonly offset: number;
}

const FILES = 4;
const WRITE_AFTER_MS = 200;
/** Of lines that wait for the disk. */
const WAITING_BYTES = 4 * 1024 * 1024;

/** Opens, or begins, the output in a folder. `onLost` hears how many lines could not be written, and why. */
export async function openServiceLog(
  folder: string,
  keepBytes: number,
  onLost: (lines: number, why: unknown) => void,
): Promise<ServiceLog> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const last = (await filesOf(folder)).at(-1) ?? 1;
  const size = await stat(join(folder, nameOf(last))).then(
    (info) => info.size,
    () => 0,
  );
  return new ServiceLog(folder, keepBytes, onLost, { file: last, offset: size });
}

export class ServiceLog {
  readonly folder: string;
  readonly #fileBytes: number;
  readonly #onLost: (lines: number, why: unknown) => void;
  #end: Mark;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #cut = true;
  #handle: { readonly file: number; readonly handle: FileHandle } | undefined;

  constructor(folder: string, keepBytes: number, onLost: (lines: number, why: unknown) => void, end: Mark) {
    this.folder = folder;
    this.#fileBytes = Math.ceil(keepBytes / FILES);
    this.#onLost = onLost;
    this.#end = end;
  }

  /** Where the next line will be. */
  get end(): Mark {
    return this.#end;
  }

  append(line: StoredLine): void {
    const text = printLine(line);
    const bytes = Buffer.byteLength(text);
    if (this.#waitingBytes + bytes > WAITING_BYTES) {
      this.#onLost(1, "the disk is slower than the service");
      return;
    }
    if (this.#end.offset >= this.#fileBytes) {
      this.#write();
      this.#end = { file: this.#end.file + 1, offset: 0 };
    }
    this.#waiting.push(text);
    this.#waitingBytes += bytes;
    this.#end = { ...this.#end, offset: this.#end.offset + bytes };
    this.#timer ??= setTimeout(() => this.#write(), WRITE_AFTER_MS);
  }

  /** Everything appended before is in the files. */
  flush(): Promise<void> {
    this.#write();
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle?.handle.close();
    this.#handle = undefined;
  }

  // What waits belongs to the file of `end`: a new file begins with nothing waiting.
  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const [lines, bytes, { file }] = [this.#waiting, this.#waitingBytes, this.#end];
    this.#waiting = [];
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#writeTo(file, lines.join(""));
      } catch (error) {
        this.#cut = true;
        this.#onLost(lines.length, error);
      } finally {
        this.#waitingBytes -= bytes;
      }
    });
  }

  async #writeTo(file: number, text: string): Promise<void> {
    if (this.#handle?.file !== file) {
      await this.#handle?.handle.close();
      this.#handle = undefined;
      await removeOldest(this.folder, file);
      this.#handle = { file, handle: await open(join(this.folder, nameOf(file)), "a", 0o600) };
    }
    // What was cut off by a crash or a full disk must not become the beginning of this.
    await this.#handle.handle.appendFile(this.#cut ? `\n${text}` : text);
    this.#cut = false;
  }
}

async function removeOldest(folder: string, newest: number): Promise<void> {
  for (const file of await filesOf(folder))
    if (file <= newest - FILES) await rm(join(folder, nameOf(file)), { force: true });
}

/**
 * The lines of a folder up to a mark (all, unless said), newest first; `having`: only those with this text somewhere in them.
 * Reads no farther than it is asked, a small piece at a time.
 */
export async function* readBackward(folder: string, until?: Mark, having = ""): AsyncGenerator<StoredLine> {
  for (const file of [...(await filesOf(folder))].reverse()) {
    if (until && file > until.file) continue;
    for await (const text of textBackward(join(folder, nameOf(file)), until?.file === file ? until.offset : Infinity)) {
      const line = text.includes(having) ? parseLine(text) : undefined;
      if (line) yield line;
    }
  }
}

const PIECE_BYTES = 64 * 1024;
const LINE_FEED = 10;

async function* textBackward(path: string, end: number): AsyncGenerator<string> {
  // Gone since it was listed: removed as the oldest.
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return;
  try {
    let at = Math.min(end, (await file.stat()).size);
    let rest = Buffer.alloc(0);
    while (at > 0) {
      const length = Math.min(PIECE_BYTES, at);
      at -= length;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      const piece = Buffer.concat([buffer.subarray(0, bytesRead), rest]);
      let stop = piece.length;
      for (let feed = lastFeed(piece, stop); feed >= 0; feed = lastFeed(piece, stop)) {
        yield piece.toString("utf8", feed + 1, stop);
        stop = feed;
      }
      rest = piece.subarray(0, stop);
    }
    yield rest.toString("utf8");
  } finally {
    await file.close();
  }
}

function lastFeed(piece: Buffer, before: number): number {
  return before === 0 ? -1 : piece.lastIndexOf(LINE_FEED, before - 1);
}

async function filesOf(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => Number(/^(\d{1,9})\.log$/.exec(name)?.[1] ?? 0) || []).sort((a, b) => a - b);
}

function nameOf(file: number): string {
  return `${String(file).padStart(6, "0")}.log`;
}
