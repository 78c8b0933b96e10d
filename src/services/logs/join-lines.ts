// Pieces of output become lines; both streams apart. A line without end is cut in pieces, so that none can fill the memory.

import type { LogChunk } from "../engine/types.ts";

/** A line with the stamp of its first piece. */
export type JoinedLine = Pick<LogChunk, "stream" | "stamp"> & { readonly text: string };

const LINE_LETTERS = 16 * 1024;

/** Joins the output of one container. */
export class LineJoiner {
  readonly #open = new Map<LogChunk["stream"], JoinedLine>();

  /** The lines that a piece ends. */
  add({ stream, stamp, text }: LogChunk): readonly JoinedLine[] {
    const done: JoinedLine[] = [];
    const parts = text.split("\n");
    for (const [index, part] of parts.entries()) {
      const before = this.#open.get(stream);
      let line: JoinedLine = before ? { ...before, text: before.text + part } : { stream, stamp, text: part };
      for (; line.text.length > LINE_LETTERS; line = { ...line, text: line.text.slice(LINE_LETTERS) })
        done.push({ ...line, text: line.text.slice(0, LINE_LETTERS) });
      this.#open.delete(stream);
      if (index < parts.length - 1) done.push({ ...line, text: line.text.replace(/\r$/, "") });
      else if (line.text !== "") this.#open.set(stream, line);
    }
    return done;
  }

  /** What has no end yet, when no more comes. */
  rest(): readonly JoinedLine[] {
    const rest = [...this.#open.values()];
    this.#open.clear();
    return rest;
  }
}
