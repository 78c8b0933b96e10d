// What a path holds: a SIF file, a bare squashfs file, or a directory with an unpacked image; or why it is none of them.
// On the way of every start: one read does for an image of berth's own, and nothing heavy is imported.

import { constants } from "node:fs";
import { access, type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { guessFileKind } from "./file-kind.ts";
import { fail } from "./open-errors.ts";
import { findHeader } from "./sif/decode.ts";
import type { SifDescriptor, SifFile } from "./sif/index.ts";
import { findObject, primaryPartition, readObject, readSifFrom } from "./sif/read.ts";
import { type Compressor, looksLikeSquashfs, parseSuperblock, SUPERBLOCK_BYTES } from "./squashfs-reader/superblock.ts";

// Header, descriptors and small objects of most SIF files, and the superblock behind them.
const HEAD_BYTES = 64 * 1024;

/** Where the root file system lies in the file. */
export interface RootPartition {
  readonly offset: number;
  /** Bytes of the file system itself, without padding. */
  readonly size: number;
  readonly fs: "squashfs" | "gocryptfs-squashfs";
  /** GOARCH name; `unknown` when the file does not say. */
  readonly arch: string;
  readonly compressor: Compressor;
}

/** Tells one state of a file from any other, for caches and shared mounts. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

export interface SifImage {
  readonly kind: "sif";
  readonly path: string;
  readonly identity: FileIdentity;
  readonly sif: SifFile;
  readonly partition: RootPartition;
  /** Contents of the data objects that were asked for and exist, by name. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

export interface SquashfsImage {
  readonly kind: "squashfs";
  readonly path: string;
  readonly identity: FileIdentity;
  readonly partition: RootPartition;
}

export interface SandboxImage {
  readonly kind: "sandbox";
  readonly path: string;
  readonly identity: FileIdentity;
}

export type OpenedImage = SifImage | SquashfsImage | SandboxImage;

export interface OpenOptions {
  /** Names of data objects of a SIF file to read along. */
  readonly objects?: readonly string[];
  /** The caller knows how to open a partition that gocryptfs encrypted; what is said of its file system is then the outer one's. */
  readonly encrypted?: boolean;
}

/**
 * Looks at an image; the file is closed again.
 * @throws E_IMAGE_…, E_SIF_…, E_SQUASHFS_…: what it is instead, or what is wrong with it
 */
export async function openImage(path: string, options: OpenOptions = {}): Promise<OpenedImage> {
  const file = await openForReading(path);
  try {
    const stat = await file.stat({ bigint: true });
    const identity: FileIdentity = { dev: stat.dev, ino: stat.ino, size: stat.size, mtimeNs: stat.mtimeNs };
    if (stat.isDirectory()) return await openDirectory(path, identity);
    if (!stat.isFile()) throw fail("E_IMAGE_UNKNOWN", { path, what: "a device, pipe or socket", hint: "name a file" });
    return await inspectFile(file, path, identity, options);
  } finally {
    await file.close();
  }
}

// O_NONBLOCK: a named pipe must not keep us waiting for its writer.
async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/** The failure for what the system says of a path: E_IMAGE_MISSING or E_IMAGE_ACCESS. A name that is too long is nobody's. */
export function cannotOpen(path: string, error: unknown): Error {
  const missing = ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(errnoOf(error) ?? "");
  return missing ? fail("E_IMAGE_MISSING", { path }) : fail("E_IMAGE_ACCESS", { path, reason: reasonOf(error) });
}

async function openDirectory(path: string, identity: FileIdentity): Promise<SandboxImage> {
  const isLayout = await access(join(path, "oci-layout")).then(
    () => true,
    () => false,
  );
  if (isLayout) throw fail("E_IMAGE_UNKNOWN", { path, what: "an OCI layout", hint: `use oci:${path}` });
  return { kind: "sandbox", path, identity };
}

async function inspectFile(
  file: FileHandle,
  path: string,
  identity: FileIdentity,
  options: OpenOptions,
): Promise<OpenedImage> {
  const size = Number(identity.size);
  const head = await readAt(file, 0, Math.min(HEAD_BYTES, size));
  if (looksLikeSquashfs(head)) {
    const { compressor, bytesUsed } = parseSuperblock(head, size, path);
    return {
      kind: "squashfs",
      path,
      identity,
      partition: { offset: 0, size: bytesUsed, fs: "squashfs", arch: "unknown", compressor },
    };
  }
  if (findHeader(head) === undefined) throw fail("E_IMAGE_UNKNOWN", { path, ...guessFileKind(head) });
  const sif = await readSifFrom(file, head, size, path);
  const root = rootDescriptor(sif, path, options.encrypted === true);
  const superblock = await slice(file, head, root.offset, Math.min(SUPERBLOCK_BYTES, root.size));
  const { compressor, bytesUsed } = parseSuperblock(superblock, root.size, path, root.offset);
  const arch = root.partition?.arch ?? "unknown";
  const fs = root.partition?.fs === "gocryptfs-squashfs" ? "gocryptfs-squashfs" : "squashfs";
  const partition: RootPartition = { offset: root.offset, size: bytesUsed, fs, arch, compressor };
  return { kind: "sif", path, identity, sif, partition, objects: await readObjects(file, head, sif, path, options) };
}

function rootDescriptor(sif: SifFile, path: string, encrypted: boolean): SifDescriptor {
  const root = primaryPartition(sif);
  if (!root) {
    const objects = sif.descriptors.map((d) => d.type).join(", ") || "nothing";
    throw fail("E_IMAGE_NO_ROOT", { path, objects });
  }
  const fs = root.partition?.fs;
  if (fs === "gocryptfs-squashfs" && encrypted) return root;
  if (fs === "encrypted-squashfs" || fs === "gocryptfs-squashfs")
    throw fail("E_IMAGE_ENCRYPTED", { path, fs, cure: decryptionAdvice(fs, path) });
  if (fs !== "squashfs") throw fail("E_IMAGE_FILESYSTEM", { path, fs });
  return root;
}

function decryptionAdvice(fs: string, path: string): string {
  if (fs === "encrypted-squashfs")
    return "only root can open this kind (dm-crypt); decrypt it where it was made with apptainer build --sandbox, and pack that";
  return `it can be run (berth run --passphrase ${path}, or --pem-path KEY), but nothing else is done with what is inside`;
}

async function readObjects(
  file: FileHandle,
  head: Buffer,
  sif: SifFile,
  path: string,
  options: OpenOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const objects = new Map<string, Uint8Array>();
  for (const name of options.objects ?? []) {
    const found = findObject(sif, name);
    if (!found) continue;
    const inHead = found.offset + found.size <= head.length;
    const content = inHead
      ? head.subarray(found.offset, found.offset + found.size)
      : await readObject(file, found, path);
    objects.set(name, content);
  }
  return objects;
}

async function slice(file: FileHandle, head: Buffer, offset: number, length: number): Promise<Buffer> {
  return offset + length <= head.length ? head.subarray(offset, offset + length) : readAt(file, offset, length);
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
