// rpm's own database format (`Packages.db` of SUSE): a table of slots, each of which tells where a blob lies. Written after
// the format as rpm's sources describe it; little-endian, untrusted.

const FILE_MAGIC = "RpmP";
const SLOT_MAGIC = 0x746f6c53;
const BLOB_MAGIC = 0x53626c42;
const PAGE = 4096;
const SLOT = 16;
/** Blobs lie at multiples of it. */
const BLOCK = 16;
/** Two slots' room is the file's header. */
const HEADER = 32;
const MAX_SLOT_PAGES = 65_536;

/** Every package's header. @throws Error for what is no such database, or is damaged */
export function* ndbBlobs(bytes: Buffer): Generator<Buffer> {
  if (bytes.length < HEADER || bytes.toString("latin1", 0, 4) !== FILE_MAGIC) throw new Error("it is no ndb database");
  const version = bytes.readUInt32LE(4);
  const slotPages = bytes.readUInt32LE(12);
  if (version !== 0) throw new Error(`it has version ${version} of the format`);
  if (slotPages > MAX_SLOT_PAGES || slotPages * PAGE > bytes.length) throw new Error("its slots are cut short");
  for (let at = HEADER; at < slotPages * PAGE; at += SLOT) {
    if (bytes.readUInt32LE(at) !== SLOT_MAGIC) throw new Error(`there is no slot at byte ${at}`);
    const [index, place, room] = [4, 8, 12].map((field) => bytes.readUInt32LE(at + field)) as [number, number, number];
    // An empty slot tells of no place.
    if (place !== 0) yield blobAt(bytes, index, place * BLOCK, room * BLOCK);
  }
}

function blobAt(bytes: Buffer, index: number, start: number, room: number): Buffer {
  const length = bytes.readUInt32LE(start + 12);
  if (bytes.readUInt32LE(start) !== BLOB_MAGIC || bytes.readUInt32LE(start + 4) !== index)
    throw new Error(`there is no package at byte ${start}`);
  if (16 + length > room || start + 16 + length > bytes.length) throw new Error(`the package at ${start} is cut short`);
  return bytes.subarray(start + 16, start + 16 + length);
}
