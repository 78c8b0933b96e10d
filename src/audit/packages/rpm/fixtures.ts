// For tests: packages and databases of rpm as bytes, for the forms that no program of Debian writes.

const TAGS: Readonly<Record<string, number>> = { name: 1000, version: 1001, release: 1002, vendor: 1011, arch: 1022 };
const STRING = 6;

/** A header with these texts. */
export function rpmHeader(texts: Readonly<Record<string, string>>): Buffer {
  const index: Buffer[] = [];
  const store: Buffer[] = [];
  let offset = 0;
  for (const [key, text] of Object.entries(texts)) {
    const entry = Buffer.alloc(16);
    for (const [at, value] of [TAGS[key] ?? 0, STRING, offset, 1].entries()) entry.writeUInt32BE(value, 4 * at);
    index.push(entry);
    store.push(Buffer.from(`${text}\0`));
    offset += Buffer.byteLength(text) + 1;
  }
  const head = Buffer.alloc(8);
  head.writeUInt32BE(index.length, 0);
  head.writeUInt32BE(offset, 4);
  return Buffer.concat([head, ...index, ...store]);
}

/** A `Packages.db` with one page of slots. */
export function ndbFile(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write("RpmP", 0);
  slots.writeUInt32LE(1, 12);
  const blobs: Buffer[] = [];
  let place = slots.length;
  for (let index = 0; index < 254; index++) {
    const at = 32 + 16 * index;
    slots.write("Slot", at);
    const header = headers[index];
    if (!header) continue;
    const blob = Buffer.alloc(Math.ceil((16 + header.length + 12) / 16) * 16);
    blob.write("BlbS", 0);
    blob.writeUInt32LE(index + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, 16);
    for (const [field, value] of [index + 1, place / 16, blob.length / 16].entries())
      slots.writeUInt32LE(value, at + 4 + 4 * field);
    blobs.push(blob);
    place += blob.length;
  }
  return Buffer.concat([slots, ...blobs]);
}
