// Where the contents of files are: data blocks one after the other, then a piece of a fragment block. Files of equal
// content share one record. Small files have no blocks, only the piece.

import { Column } from "./columns.ts";
import { DigestTable } from "./digest-table.ts";
import { NONE } from "./format.ts";

export class Contents {
  readonly size = new Column("f64");
  /** Position of the first block in the file system. */
  readonly start = new Column("f64");
  /** Bytes of blocks that are nothing but zeros, and are not stored. */
  readonly sparse = new Column("f64");
  /** Blocks: index of the first in `blockSizes`, and how many. */
  readonly firstBlock = new Column("u32");
  readonly blockCount = new Column("u32");
  /** Index of the fragment block or `NONE`, and the byte within it. */
  readonly fragment = new Column("u32");
  readonly fragmentOffset = new Column("u32");
  /** Stored sizes of data blocks, as inodes list them. */
  readonly blockSizes = new Column("u32");
  readonly #digests = new DigestTable();
  /** The record of each digest. */
  readonly #recordOf = new Column("u32");

  /** Makes the record of a file of `size` bytes whose blocks are to come. */
  begin(size: number): number {
    this.start.push(0);
    this.sparse.push(0);
    this.firstBlock.push(this.blockSizes.length);
    this.blockCount.push(0);
    this.fragment.push(NONE);
    this.fragmentOffset.push(0);
    return this.size.push(size);
  }

  /** Takes back the record begun last. */
  drop(record: number): void {
    this.blockSizes.length = this.firstBlock.get(record);
    const all = [this.size, this.start, this.sparse, this.firstBlock, this.blockCount];
    for (const column of [...all, this.fragment, this.fragmentOffset]) column.length = record;
  }

  /** A file of this content that is there already; -1 when there is none. */
  find(digest: Buffer, size: number): number {
    const index = this.#digests.find(digest);
    const record = index < 0 ? -1 : this.#recordOf.get(index);
    // Digests of small files and of lists of blocks are made of different things: their sizes keep them apart.
    return record >= 0 && this.size.get(record) === size ? record : -1;
  }

  remember(digest: Buffer, record: number): void {
    if (this.#digests.find(digest) >= 0) return;
    this.#digests.add(digest);
    this.#recordOf.push(record);
  }
}
