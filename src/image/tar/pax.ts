// Extended header records (POSIX.1-2017, pax Extended Header): "<length> <key>=<value>\n", values may hold any byte.
// Gives the records as written; what they mean for an entry is decided by the scanner.

/** Records in their order; a later one overrides an earlier one of the same key. Keys are byte strings. */
export type PaxRecords = readonly (readonly [key: string, value: Buffer])[];

/** The records of an extended header's body, or what is wrong with it. */
export function parsePax(body: Buffer): PaxRecords | string {
  const records: [string, Buffer][] = [];
  let at = 0;
  while (at < body.length) {
    // Some writers fill the rest of the last block's announced size with NULs.
    if (body[at] === 0 && body.subarray(at).every((byte) => byte === 0)) break;
    const space = body.indexOf(0x20, at);
    if (space < 0 || space - at > 10) return "an extended header's record has no length";
    const digits = body.toString("latin1", at, space);
    const end = at + Number(digits);
    if (!/^\d+$/.test(digits) || end > body.length || end <= space + 1 || body[end - 1] !== 0x0a) {
      return "an extended header's record has a wrong length";
    }
    const equals = body.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) return "an extended header's record has no value";
    records.push([body.toString("latin1", space + 1, equals), body.subarray(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** Writes records as the body of an extended header. */
export function formatPax(records: PaxRecords): Buffer {
  const parts: Buffer[] = [];
  for (const [key, value] of records) {
    const rest = 3 + Buffer.byteLength(key, "latin1") + value.length; // space, equals sign, newline
    let length = rest + 1;
    while (length !== rest + String(length).length) length = rest + String(length).length;
    parts.push(Buffer.from(`${length} ${key}=`, "latin1"), value, Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}
