// What a file is by its first bytes, whatever its name says: SIF by the mark after its launch line, squashfs by its superblock. Pure.

/** Bytes of a file that are looked at. */
export const LOOKED_AT = 64;

export type ImageKind = "sif" | "squashfs";

const SIF_MARK = Buffer.from("SIF_MAGIC\0");
const SIF_AT = 32;
const SQUASHFS_MARK = Buffer.from("hsqs");

/** The kind; undefined for what is no image. */
export function imageKind(bytes: Uint8Array): ImageKind | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.length < LOOKED_AT) return undefined;
  if (head.subarray(SIF_AT, SIF_AT + SIF_MARK.length).equals(SIF_MARK)) return "sif";
  if (!head.subarray(0, SQUASHFS_MARK.length).equals(SQUASHFS_MARK)) return undefined;
  // Four letters alone may stand anywhere: its version and its blocks have to be squashfs's, too.
  const [blockLog, major] = [head.readUInt16LE(22), head.readUInt16LE(28)];
  return major === 4 && blockLog >= 12 && blockLog <= 20 ? "squashfs" : undefined;
}
