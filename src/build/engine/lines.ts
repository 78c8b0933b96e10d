// What a program says, line by line: on to the user, the last lines kept for an error, secrets struck out.

import type { Readable } from "node:stream";

/** Lines that are kept for the error. */
const KEPT = 20;
/** Bytes of a line; what is longer is cut into several. */
const MAX_LINE = 16_384;
/** Shorter secrets are not struck out: half of all words would go. */
const SHORTEST_SECRET = 4;

/** Takes output in chunks. */
export class Lines {
  readonly #say: (line: string) => void;
  readonly #secrets: readonly string[];
  readonly #kept: string[] = [];
  readonly #open = new Map<unknown, string>();

  /** `say` gets each line without its end. */
  constructor(say: (line: string) => void, secrets: readonly Uint8Array[]) {
    this.#say = say;
    this.#secrets = secrets
      .map((secret) => Buffer.from(secret).toString("utf8").trim())
      .flatMap((text) => [text, ...text.split("\n").map((line) => line.trim())])
      .filter((text) => text.length >= SHORTEST_SECRET)
      // A secret may hold another: the rest of the longer one must not stay.
      .sort((a, b) => b.length - a.length);
  }

  /** More of a stream; each stream has its own line. */
  add(stream: unknown, text: string): void {
    const parts = ((this.#open.get(stream) ?? "") + text).split("\n");
    this.#open.set(stream, parts.pop() ?? "");
    for (const part of parts) this.#line(part);
    const rest = this.#open.get(stream) ?? "";
    // What could be the beginning of a secret waits for the rest of it.
    const waiting = Math.max(0, (this.#secrets[0]?.length ?? 0) - 1);
    if (rest.length <= MAX_LINE + waiting) return;
    const bare = this.#struckOut(rest);
    const cut = bare.length - Math.min(waiting, bare.length);
    this.#line(bare.slice(0, cut));
    this.#open.set(stream, bare.slice(cut));
  }

  /** Everything of a stream, until it ends. */
  async read(stream: Readable): Promise<void> {
    for await (const text of stream.setEncoding("utf8")) this.add(stream, text as string);
    this.end();
  }

  /** Says what had no line end. */
  end(): void {
    for (const rest of this.#open.values()) if (rest !== "") this.#line(rest);
    this.#open.clear();
  }

  /** The last lines, for an error: empty, or beginning with a line end. */
  tail(): string {
    return this.#kept.map((line) => `\n  | ${line}`).join("");
  }

  #line(raw: string): void {
    // A progress bar draws itself again and again; its last state is the line.
    const line = this.#struckOut(raw.replace(/\r+$/, "").replace(/^.*\r/s, ""));
    this.#kept.push(line);
    if (this.#kept.length > KEPT) this.#kept.shift();
    this.#say(line);
  }

  #struckOut(text: string): string {
    return this.#secrets.reduce((left, secret) => left.replaceAll(secret, "***"), text);
  }
}
