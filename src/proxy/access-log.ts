// The access log: one JSON object a line, gathered for a moment and appended whole, so that several processes may share a
// file. A full disk costs lines, never requests. Reopened when it was rotated.

import { close, openSync, write } from "node:fs";
import { reasonOf } from "../base/errors.ts";
import { fail } from "./errors.ts";
import type { AccessEntry } from "./surroundings.ts";

const HELD_MS = 200;
const HELD_BYTES = 64 * 1024;
/** While the disk does not take them. */
const WAITING_BYTES = 8 * 1024 * 1024;

/** An open log. */
export interface AccessLog {
  add(entry: AccessEntry): void;
  /** After a rotation: goes on in a new file of the same name. */
  reopen(): void;
  end(): Promise<void>;
}

/** Opens it; a number is an open file (1: standard output). @throws E_PROXY_LOG */
export function openAccessLog(where: string | number): AccessLog {
  return new FileLog(where);
}

class FileLog implements AccessLog {
  readonly #path: string | undefined;
  #fd: number;
  #held = "";
  #writing = false;
  readonly #timer: NodeJS.Timeout;
  #onIdle: (() => void) | undefined;

  constructor(where: string | number) {
    this.#path = typeof where === "string" ? where : undefined;
    this.#fd = typeof where === "string" ? open(where) : where;
    this.#timer = setInterval(() => this.#flush(), HELD_MS).unref();
  }

  add(entry: AccessEntry): void {
    if (this.#held.length > WAITING_BYTES) return;
    this.#held += `${JSON.stringify(entry)}\n`;
    if (this.#held.length > HELD_BYTES) this.#flush();
  }

  reopen(): void {
    if (this.#path === undefined) return;
    const before = this.#fd;
    try {
      this.#fd = open(this.#path);
    } catch {
      // Better the old file than none.
      return;
    }
    // What is being written to it is short; its end is not waited for by the signal.
    setTimeout(() => close(before, () => undefined), 1_000).unref();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#writing) return;
    if (this.#held === "") return void this.#onIdle?.();
    const lines = Buffer.from(this.#held);
    this.#held = "";
    this.#write(lines, 0);
  }

  #write(lines: Buffer, at: number): void {
    this.#writing = true;
    write(this.#fd, lines, at, lines.length - at, null, (error, written) => {
      this.#writing = false;
      // A pipe may take a part only; the rest follows.
      if (!error && at + written < lines.length) return this.#write(lines, at + written);
      if (this.#onIdle) this.#flush();
    });
  }
}

function open(path: string): number {
  try {
    return openSync(path, "a", 0o640);
  } catch (cause) {
    throw fail("E_PROXY_LOG", { path, why: reasonOf(cause) }, { cause });
  }
}
