// Which blocks are in a file system, by the digest of their content before compression: where each begins, how many
// bytes are stored, and the CRC of those. Equal content gives equal bytes, so they can be copied instead of made again.

import { Column } from "./columns.ts";
import { DigestTable } from "./digest-table.ts";

/** More blocks than these (128 GiB in blocks of 128 KiB) are written, but not found again. */
const MAX_RECORDS = 1 << 20;

export class BlockRecords {
  readonly digests = new DigestTable();
  /** Bytes from the beginning of the file system. */
  readonly start = new Column("f64");
  /** Stored size as inodes give it. */
  readonly stored = new Column("u32");
  readonly crc = new Column("u32");

  /** The record of a block with this content; -1 when there is none. */
  find(digest: Buffer): number {
    return this.digests.find(digest);
  }

  /** Makes a record whose place is told later; -1 when there are too many. */
  add(digest: Buffer): number {
    if (this.digests.length === MAX_RECORDS) return -1;
    this.start.push(0);
    this.stored.push(0);
    this.crc.push(0);
    return this.digests.add(digest);
  }

  locate(record: number, start: number, stored: number, crc: number): void {
    this.start.set(record, start);
    this.stored.set(record, stored);
    this.crc.set(record, crc);
  }
}
