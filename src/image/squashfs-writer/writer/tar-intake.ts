// From the tar stream to names and contents. The scanner tells of an entry before it hands on the rest of the one
// before: a mark among the content says where a file's own begins.

import type { TarEntry } from "../../tar/entry.ts";
import { TarScanner, type Verdict } from "../../tar/scanner.ts";
import type { ContentSink } from "../../tar/sparse.ts";
import type { FileIntake } from "./file-intake.ts";
import type { Tree } from "./tree.ts";

/** Names were checked when the layers were read. */
const LIMITS = { maxDepth: 4096 };

export class TarIntake implements ContentSink {
  readonly #tree: Tree;
  readonly #files: FileIntake;
  readonly #scanner: TarScanner;
  readonly #mark = Buffer.alloc(0);
  readonly #begin: Verdict = { header: this.#mark };
  #entry: TarEntry | undefined;

  constructor(tree: Tree, files: FileIntake) {
    this.#tree = tree;
    this.#files = files;
    this.#scanner = new TarScanner("the merged layers", (entry) => this.#visit(entry), this, LIMITS);
  }

  write(chunk: Buffer): void {
    this.#scanner.write(chunk);
  }

  end(): void {
    this.#scanner.end();
  }

  bytes(slice: Buffer): void {
    const entry = this.#entry;
    if (slice !== this.#mark) this.#files.write(slice);
    else if (entry !== undefined) this.#files.begin(entry.size, (record) => this.#tree.add(entry, record));
  }

  zeros(count: number): void {
    this.#files.zeros(count);
  }

  #visit(entry: TarEntry): Verdict {
    if (entry.kind !== "file") {
      this.#tree.add(entry, 0);
      return "skip";
    }
    this.#entry = entry;
    return this.#begin;
  }
}
