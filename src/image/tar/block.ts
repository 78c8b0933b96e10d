// The 512-byte header block of POSIX ustar, GNU and old tars (POSIX.1-2017, pax, "ustar Interchange Format").
// Reads single fields; knows nothing of extended headers, which may override every one of them.

export const BLOCK = 512;

/** The fields of one header block, as written there. */
export interface Block {
  /** Byte string, prefix joined. */
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** The type flag as a character; "0" for the NUL of old tars. */
  readonly type: string;
  /** Byte string. */
  readonly link: string;
  /** The dialect; only of the first two can a block be handed on unchanged. */
  readonly dialect: "ustar" | "gnu" | "old";
  /** No field holds anything but plain octal digits. */
  readonly octal: boolean;
}

const MAGIC = 257;
const PREFIX = 345;

/** The fields of a block, or what is wrong with it. */
export function parseBlock(b: Buffer): Block | string {
  if (!checksumHolds(b)) return "a header's checksum is wrong";
  const dialect = dialectOf(b);
  const mode = number(b, 100, 8);
  const uid = number(b, 108, 8);
  const gid = number(b, 116, 8);
  const size = number(b, 124, 12);
  const mtime = number(b, 136, 12);
  if (Number.isNaN(mode + uid + gid + size + mtime)) return "a header holds a number that cannot be read";
  const name = text(b, 0, 100);
  const prefix = dialect === "ustar" ? text(b, PREFIX, 155) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode,
    uid,
    gid,
    size,
    mtime,
    type: b[156] === 0 ? "0" : String.fromCharCode(b[156] ?? 0),
    link: text(b, 157, 100),
    dialect,
    octal: isOctal(b),
  };
}

/** True for the block of zeros that ends an archive. */
export function isZero(b: Buffer): boolean {
  for (let i = 0; i < BLOCK; i++) if (b[i] !== 0) return false;
  return true;
}

/** A NUL-ended field as a byte string. */
export function text(b: Buffer, at: number, length: number): string {
  let end = at;
  while (end < at + length && b[end] !== 0) end++;
  return b.toString("latin1", at, end);
}

/** A numeric field: octal, or base 256 when its first bit is set (GNU). NaN when it is neither. */
export function number(b: Buffer, at: number, length: number): number {
  if (((b[at] ?? 0) & 0x80) !== 0) return base256(b, at, length);
  let i = at;
  const end = at + length;
  while (i < end && b[i] === 0x20) i++;
  let value = 0;
  for (; i < end; i++) {
    const digit = (b[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; i < end; i++) if (b[i] !== 0 && b[i] !== 0x20) return Number.NaN;
  return value;
}

function base256(b: Buffer, at: number, length: number): number {
  const negative = ((b[at] ?? 0) & 0x40) !== 0;
  let value = negative ? (b[at] ?? 0) - 256 : (b[at] ?? 0) & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (b[i] ?? 0);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function isOctal(b: Buffer): boolean {
  const marks = (b[100] ?? 0) | (b[108] ?? 0) | (b[116] ?? 0) | (b[124] ?? 0) | (b[136] ?? 0);
  return (marks & 0x80) === 0;
}

function dialectOf(b: Buffer): Block["dialect"] {
  const magic = b.toString("latin1", MAGIC, MAGIC + 8);
  if (magic === "ustar\x0000") return "ustar";
  return magic === "ustar  \0" ? "gnu" : magic.startsWith("ustar\0") ? "ustar" : "old";
}

/** Sum of all bytes with the checksum's own field taken as spaces; some old writers summed signed bytes. */
function checksumHolds(b: Buffer): boolean {
  const want = number(b, 148, 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i++) sum += b[i] as number;
  for (let i = 156; i < BLOCK; i++) sum += b[i] as number;
  return sum === want || signedSum(b) === want;
}

function signedSum(b: Buffer): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += b.readInt8(i);
  return sum;
}
