// Pages of a table's tree in a SQLite file (file format, sections 1.5 and 1.6): cells, children, and content that goes on in
// overflow pages. Every number is untrusted.

const TABLE_LEAF = 13;
const TABLE_INTERIOR = 5;
const MAX_PAYLOAD = 64 * 1024 * 1024;

/** The file's bytes and its measures. */
export interface SqliteImage {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** Of a page without what extensions reserve. */
  readonly usable: number;
  readonly pages: number;
}

/** One page of a table. */
export interface Page {
  readonly bytes: Buffer;
  /** Where its header begins: the first page has the file's before it. */
  readonly start: number;
  readonly leaf: boolean;
  readonly cells: number;
}

/** One row. */
export interface Cell {
  /** Its record, put together when it is asked for. */
  payload(): Buffer;
}

/** @throws Error for a page of another kind, or outside the file */
export function pageAt(file: SqliteImage, number: number): Page {
  const bytes = rawPage(file, number);
  const start = number === 1 ? 100 : 0;
  const type = bytes[start];
  if (type !== TABLE_LEAF && type !== TABLE_INTERIOR) throw new Error(`page ${number} is no part of a table`);
  return { bytes, start, leaf: type === TABLE_LEAF, cells: bytes.readUInt16BE(start + 3) };
}

/** Pages below an inner one, in order. */
export function* childPages({ bytes, start, cells }: Page): Generator<number> {
  for (let index = 0; index < cells; index++) {
    yield bytes.readUInt32BE(bytes.readUInt16BE(start + 12 + 2 * index));
  }
  yield bytes.readUInt32BE(start + 8);
}

/** Rows of a leaf. */
export function* leafCells(file: SqliteImage, { bytes, start, cells }: Page): Generator<Cell> {
  for (let index = 0; index < cells; index++) {
    const size = readVarint(bytes, bytes.readUInt16BE(start + 8 + 2 * index));
    const row = readVarint(bytes, size.next);
    yield { payload: () => payloadOf(file, bytes, row.next, size.value) };
  }
}

/** A number of one to nine bytes, and where the next begins. @throws RangeError behind the end */
export function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), next: at + 9 };
}

// How much of a record stays on the page is section 1.6's own formula.
function payloadOf(file: SqliteImage, page: Buffer, at: number, size: number): Buffer {
  if (size > MAX_PAYLOAD || size > file.bytes.length) throw new Error(`a row claims ${size} bytes`);
  const { usable } = file;
  const most = usable - 35;
  if (size <= most) return slice(page, at, size);
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (usable - 4));
  const local = wanted <= most ? wanted : least;
  const parts = [slice(page, at, local)];
  let next = page.readUInt32BE(at + local);
  for (let left = size - local; left > 0; ) {
    const overflow = rawPage(file, next);
    const part = overflow.subarray(4, Math.min(usable, 4 + left));
    parts.push(part);
    left -= part.length;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts, size);
}

function slice(page: Buffer, at: number, length: number): Buffer {
  if (at + length > page.length) throw new RangeError("a row lies outside its page");
  return page.subarray(at, at + length);
}

function rawPage({ bytes, pageSize, pages }: SqliteImage, number: number): Buffer {
  if (number < 1 || number > pages) throw new RangeError(`page ${number} lies outside the file`);
  return bytes.subarray((number - 1) * pageSize, number * pageSize);
}
