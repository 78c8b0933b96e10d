// JSON documents, one a line, over a stream: cut into lines with a bound, in pieces as they come.

import { fail } from "../errors.ts";

const LF = 10;

/** Cuts what comes into lines. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #limit: number;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(limit: number, onLine: (line: string) => void) {
    this.#limit = limit;
    this.#onLine = onLine;
  }

  /** @throws E_PROXY_LINE, and what `onLine` throws */
  feed(piece: Buffer): void {
    let rest = piece;
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      const line = Buffer.concat([...this.#held, rest.subarray(0, end)]);
      this.#held = [];
      this.#heldBytes = 0;
      rest = rest.subarray(end + 1);
      if (line.length > 0) this.#onLine(line.toString("utf8"));
    }
    this.#heldBytes += rest.length;
    if (this.#heldBytes > this.#limit) throw fail("E_PROXY_LINE", { limit: this.#limit });
    if (rest.length > 0) this.#held.push(rest);
  }
}
