// Guesses from its first bytes what a file is that is no image, so that the refusal can say what to do instead.

/** What a file looks like, and what its owner probably meant. */
export interface FileKind {
  readonly what: string;
  readonly hint: string;
}

interface Signature extends FileKind {
  readonly offset: number;
  readonly bytes: string;
}

const RUNS = "berth runs SIF files, squashfs files and directories";
const COMPRESSED = "unpack it first; a saved image is used as docker-archive:FILE or oci-archive:FILE";
const DISK = "disk images of virtual machines cannot be run as containers; copy their files into a directory";

// Bytes are written as Latin-1 text.
const SIGNATURES: readonly Signature[] = [
  { offset: 0, bytes: "\x7fELF", what: "a program (ELF)", hint: "to run it in an image, name the image first" },
  { offset: 0, bytes: "\x1f\x8b", what: "a gzip-compressed file", hint: COMPRESSED },
  { offset: 0, bytes: "\x28\xb5\x2f\xfd", what: "a zstd-compressed file", hint: COMPRESSED },
  { offset: 0, bytes: "\xfd7zXZ\0", what: "an xz-compressed file", hint: COMPRESSED },
  { offset: 0, bytes: "BZh", what: "a bzip2-compressed file", hint: COMPRESSED },
  { offset: 0, bytes: "PK\x03\x04", what: "a zip archive", hint: "unpack it first" },
  { offset: 257, bytes: "ustar", what: "a tar archive", hint: "use docker-archive:FILE or oci-archive:FILE" },
  { offset: 0, bytes: "QFI\xfb", what: "a disk image (qcow2)", hint: DISK },
  { offset: 0, bytes: "KDMV", what: "a disk image (VMDK)", hint: DISK },
  { offset: 32_769, bytes: "CD001", what: "a CD image (ISO 9660)", hint: DISK },
  {
    offset: 1080,
    bytes: "\x53\xef",
    what: "an ext3 or ext4 file system",
    hint: "only root may mount it; copy its files into a directory and use that",
  },
  { offset: 0, bytes: "sqsh", what: "a big-endian squashfs file system", hint: "pack it again with mksquashfs" },
  { offset: 0, bytes: "\xe2\xe1\xf5\xe0", what: "an EROFS file system", hint: "pack its files again with mksquashfs" },
  { offset: 510, bytes: "\x55\xaa", what: "a disk image", hint: DISK },
  { offset: 0, bytes: "#!", what: "a script", hint: "to run it in an image, name the image first" },
];

/** What the file looks like; `head` is its first few kilobytes. */
export function guessFileKind(head: Uint8Array): FileKind {
  if (head.length === 0)
    return { what: "an empty file", hint: "the copy or download that made it failed; fetch it again" };
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const found = SIGNATURES.find((s) => bytes.toString("latin1", s.offset, s.offset + s.bytes.length) === s.bytes);
  if (found) return found;
  return isText(bytes) ? textKind(bytes.toString("utf8")) : { what: "a file of unknown kind", hint: RUNS };
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b);
}

function textKind(text: string): FileKind {
  // No pattern here may try the lines that follow again from each line: there may be thousands of empty ones.
  if (/^[ \t]*bootstrap:/im.test(text))
    return { what: "a definition file", hint: "build it first: berth build IMAGE.sif FILE" };
  if (/^[ \t]*(FROM|ARG)\s/im.test(text))
    return { what: "a Dockerfile", hint: "build it first: berth build IMAGE.sif FILE" };
  if (/^\s*version https:\/\/git-lfs/.test(text))
    return { what: "a Git LFS pointer", hint: "fetch the file itself: git lfs pull" };
  if (/^\s*<(!doctype|html)/i.test(text))
    return { what: "a web page", hint: "the download answered with a page; check its address" };
  return {
    what: "a text file",
    hint: `${RUNS}; what it builds says Bootstrap: (definition file) or FROM (Dockerfile)`,
  };
}
