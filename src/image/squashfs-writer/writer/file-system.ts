// The end of the file: all metadata behind the data, and the superblock in front.

import type { Codec } from "./codec.ts";
import type { Contents } from "./contents.ts";
import { encodeDirectories } from "./directories.ts";
import type { Fragments } from "./fragments.ts";
import type { InodeTable } from "./inodes.ts";
import { indexedTable, MetadataStream } from "./metadata.ts";
import type { StagedOutput } from "./staged-output.ts";
import { encodeSuperblock } from "./superblock.ts";
import { clampTime, ROOT, type Tree } from "./tree.ts";

/** The size of a file system is a multiple of this: loop devices and mounts want whole pages. */
const PAGE = 4096;

export interface FileSystemParts {
  readonly tree: Tree;
  readonly contents: Contents;
  readonly fragments: Fragments;
  readonly codec: Codec;
  readonly blockSize: number;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Writes the tables behind the data, and fills the last page; the answer is the superblock. @throws E_SQUASHFS_* */
export async function writeTables(output: StagedOutput, fs: FileSystemParts): Promise<Buffer> {
  const { tree, contents, fragments, codec } = fs;
  tree.settle();
  const { inodes, listings } = encodeDirectories(tree, contents, codec);
  const inodeTable = output.offset;
  await output.write(inodes.stream.end());
  const directoryTable = output.offset;
  await output.write(listings.end());
  const fragmentTable = await writeIndexed(output, fragmentStream(fragments, codec));
  const exportTable = await writeIndexed(output, exportStream(inodes, codec));
  const idTable = await writeIndexed(output, tree.owners.encode(codec));
  const xattrs = tree.xattrs.encode(codec, output.offset);
  if (xattrs !== undefined) await output.write(xattrs.parts);
  const bytesUsed = output.offset;
  await output.write([Buffer.alloc((PAGE - (bytesUsed % PAGE)) % PAGE)]);
  return encodeSuperblock({
    inodeCount: inodes.block.length,
    time: clampTime(fs.time),
    blockSize: fs.blockSize,
    fragmentCount: fragments.start.length,
    compressor: codec.compressor,
    idCount: tree.owners.length,
    hasXattrs: xattrs !== undefined,
    root: { block: inodes.block.get(ROOT), offset: inodes.offset.get(ROOT) },
    bytesUsed,
    tables: {
      ids: idTable,
      xattrs: xattrs?.at ?? -1,
      inodes: inodeTable,
      directories: directoryTable,
      fragments: fragmentTable,
      exports: exportTable,
    },
  });
}

async function writeIndexed(output: StagedOutput, stream: MetadataStream): Promise<number> {
  const { parts, at } = indexedTable(stream, output.offset);
  await output.write(parts);
  return at;
}

function fragmentStream({ start, stored }: Fragments, codec: Codec): MetadataStream {
  const stream = new MetadataStream(codec);
  const entry = Buffer.alloc(16);
  for (let i = 0; i < start.length; i++) {
    entry.writeBigUInt64LE(BigInt(start.get(i)), 0);
    entry.writeUInt32LE(stored.get(i), 8);
    stream.write(entry);
  }
  return stream;
}

/** Where each inode is, by its number. */
function exportStream({ block, offset }: InodeTable, codec: Codec): MetadataStream {
  const stream = new MetadataStream(codec);
  const entry = Buffer.alloc(8);
  for (let i = 0; i < block.length; i++) {
    entry.writeUInt16LE(offset.get(i), 0);
    entry.writeUIntLE(block.get(i), 2, 6);
    stream.write(entry);
  }
  return stream;
}
