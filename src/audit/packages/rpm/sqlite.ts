// The blobs of table `Packages` in rpm's SQLite database, read page by page (SQLite's file format, sections 1 and 2). SQLite
// itself is not asked: a file that a stranger made may hold views and triggers, and is attacked as program input.

import { type Cell, childPages, leafCells, type Page, pageAt, type SqliteImage } from "./sqlite-pages.ts";
import { readRecord } from "./sqlite-record.ts";

const MAGIC = "SQLite format 3\0";
const TABLE = "Packages";
const MAX_DEPTH = 32;
const MAX_BLOBS = 100_000;

/** Every package's header. @throws Error for what is no such database, or is damaged */
export function* sqliteBlobs(bytes: Buffer): Generator<Buffer> {
  const file = openImage(bytes);
  const root = rootOf(file);
  let count = 0;
  for (const cell of cellsOf(file, root)) {
    const blob = readRecord(cell.payload())[1];
    if (!Buffer.isBuffer(blob)) throw new Error("a package of the database is no blob");
    if (++count > MAX_BLOBS) throw new Error(`the database has more than ${MAX_BLOBS} packages`);
    yield blob;
  }
}

function openImage(bytes: Buffer): SqliteImage {
  if (bytes.length < 100 || bytes.toString("latin1", 0, 16) !== MAGIC) throw new Error("it is no SQLite database");
  const written = bytes.readUInt16BE(16);
  const pageSize = written === 1 ? 65_536 : written;
  const usable = pageSize - (bytes[20] ?? 0);
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480)
    throw new Error("its pages have no possible size");
  if (bytes.readUInt32BE(56) > 1) throw new Error("its texts are not UTF-8");
  return { bytes, pageSize, usable, pages: Math.floor(bytes.length / pageSize) };
}

// Rows of the schema: type, name, table, root page, SQL.
function rootOf(file: SqliteImage): number {
  let room = file.bytes.length;
  for (const cell of cellsOf(file, 1)) {
    const row = cell.payload();
    room -= row.length;
    if (room < 0) throw new Error("its schema is larger than the file");
    const [type, name, , root] = readRecord(row);
    if (type === "table" && name === TABLE && typeof root === "number") return root;
  }
  throw new Error(`it has no table ${TABLE}`);
}

// A page that is met twice is a circle: in a tree every page has one parent.
function* cellsOf(file: SqliteImage, root: number): Generator<Cell> {
  const seen = new Set<number>();
  const levels: number[][] = [[root]];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const number = level.shift();
    if (number === undefined) {
      levels.pop();
      continue;
    }
    if (seen.has(number) || levels.length > MAX_DEPTH) throw new Error("its pages form no tree");
    seen.add(number);
    const page: Page = pageAt(file, number);
    if (page.leaf) yield* leafCells(file, page);
    else levels.push([...childPages(page)]);
  }
}
