// One row of a SQLite table (file format, section 2.1): a header of types, then the values.

import { readVarint } from "./sqlite-pages.ts";

/** Whole numbers as far as JavaScript has them; floating-point numbers are of no use here and undefined. */
export type SqliteValue = number | string | Buffer | undefined;

const INTEGERS: readonly number[] = [0, 1, 2, 3, 4, 6, 8];
const MAX_COLUMNS = 100;

/** The values of a record. @throws RangeError when it is cut short */
export function readRecord(record: Buffer): readonly SqliteValue[] {
  const header = readVarint(record, 0);
  const values: SqliteValue[] = [];
  let at = header.value;
  for (let type = header.next; type < header.value && values.length < MAX_COLUMNS; ) {
    const serial = readVarint(record, type);
    type = serial.next;
    const size = sizeOf(serial.value);
    if (at + size > record.length) throw new RangeError("a row is cut short");
    values.push(decoded(serial.value, record.subarray(at, at + size)));
    at += size;
  }
  return values;
}

function sizeOf(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  return INTEGERS[serial] ?? (serial === 7 ? 8 : 0);
}

function decoded(serial: number, bytes: Buffer): SqliteValue {
  if (serial >= 12) return serial % 2 === 0 ? bytes : bytes.toString("utf8");
  if (serial === 8 || serial === 9) return serial - 8;
  if (serial < 1 || serial > 6) return undefined;
  return bytes.length === 8 ? Number(bytes.readBigInt64BE()) : bytes.readIntBE(0, bytes.length);
}
