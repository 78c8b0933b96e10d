// rpm's Berkeley DB of old (`Packages` of RHEL 8 and before): a hash whose keys are numbers and whose values are headers,
// most of them in chains of overflow pages. All pages are gone through; the hash itself is not needed. Untrusted.

const MAGIC = 0x00061561;
const HASH_META = 8;
const HASH_PAGES: ReadonlySet<number> = new Set([2, 13]);
const OVERFLOW = 7;
const PAGE_HEADER = 26;
const INLINE = 1;
const OFF_PAGE = 3;
const MAX_BLOB = 64 * 1024 * 1024;

interface Database {
  readonly bytes: Buffer;
  readonly pageSize: number;
  readonly pages: number;
  u16(at: number): number;
  u32(at: number): number;
}

/** Every package's header. @throws Error for what is no such database, or is damaged */
export function* berkeleyBlobs(bytes: Buffer): Generator<Buffer> {
  const database = openDatabase(bytes);
  for (let number = 1; number < database.pages; number++) {
    const page = number * database.pageSize;
    if (!HASH_PAGES.has(bytes.readUInt8(page + 25))) continue;
    yield* blobsOfPage(database, page);
  }
}

function openDatabase(bytes: Buffer): Database {
  if (bytes.length < 512) throw new Error("it is no Berkeley database");
  const little = bytes.readUInt32LE(12) === MAGIC;
  if (!little && bytes.readUInt32BE(12) !== MAGIC) throw new Error("it is no Berkeley hash database");
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const pageSize = u32(20);
  if (bytes[25] !== HASH_META || bytes[24] !== 0) throw new Error("it is an encrypted database, or of another kind");
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    throw new Error("its pages have no possible size");
  return { bytes, pageSize, pages: Math.floor(bytes.length / pageSize), u16, u32 };
}

// Entries alternate: key, value. They fill the page from its end, so that an entry reaches to where the one before begins.
function* blobsOfPage(database: Database, page: number): Generator<Buffer> {
  const { bytes, pageSize, u16, u32 } = database;
  const entries = u16(page + 20);
  if (PAGE_HEADER + 2 * entries > pageSize) throw new Error("a page has more entries than room");
  const place = (index: number) => u16(page + PAGE_HEADER + 2 * index);
  for (let index = 1; index < entries; index += 2) {
    const start = place(index);
    const end = place(index - 1);
    if (start < PAGE_HEADER || start >= end || end > pageSize) throw new Error("an entry lies outside its page");
    const type = bytes.readUInt8(page + start);
    // The counter of package numbers is an entry as well, of four bytes.
    if (type === INLINE && end - start > 16) yield bytes.subarray(page + start + 1, page + end);
    else if (type === OFF_PAGE) yield overflow(database, u32(page + start + 4), u32(page + start + 8));
  }
}

function overflow({ bytes, pageSize, pages, u16, u32 }: Database, first: number, size: number): Buffer {
  if (size > MAX_BLOB || size > bytes.length) throw new Error(`a package claims ${size} bytes`);
  const parts: Buffer[] = [];
  let left = size;
  for (let number = first; left > 0; ) {
    const page = number * pageSize;
    if (number < 1 || number >= pages || bytes[page + 25] !== OVERFLOW)
      throw new Error("a package's pages are no chain");
    const length = u16(page + 22);
    if (length < 1 || length > Math.min(pageSize - PAGE_HEADER, left))
      throw new Error("a page claims more than it holds");
    parts.push(bytes.subarray(page + PAGE_HEADER, page + PAGE_HEADER + length));
    left -= length;
    number = u32(page + 16);
  }
  return Buffer.concat(parts, size);
}
