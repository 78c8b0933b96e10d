// An unpacked tree as an ext4 file system in a file: by mke2fs, which fills it without mounting and without privilege.
// Everything belongs to root. No journal: nobody writes to it.

import { digestOf } from "../../base/digest.ts";
import { deriveUuid } from "../../image/sif/index.ts";
import { fail } from "./errors.ts";
import { findTool, neededTool, runTool } from "./tools.ts";
import { treeSize } from "./tree-size.ts";

const MIB = 1024 * 1024;

/** What decides a file system besides its files. */
export interface FileSystemSpec {
  /** Digest of the image's manifest: the file system's number is made of it. */
  readonly name: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Makes `target` of `tree`. @throws E_WORK_TOOL_MISSING, E_WORK_TOOL, E_WORK_NAMESPACE */
export async function makeExt4(tree: string, target: string, spec: FileSystemSpec, signal: AbortSignal): Promise<void> {
  const mke2fs = neededTool("mke2fs", "ext4");
  const { bytes, entries } = await treeSize(tree);
  const inodes = Math.ceil(entries * 1.05) + 64;
  const kib = Math.ceil((bytes * 1.05 + inodes * 512 + 8 * MIB) / 1024);
  const uuid = uuidText(spec.name);
  // Trimming and lazy tables are for disks; the seed orders large folders.
  const extended = `root_owner=0:0,nodiscard,lazy_itable_init=1,hash_seed=${uuid}`;
  const features = ["-O", "^has_journal,^resize_inode,^metadata_csum_seed", "-m", "0", "-N", String(inodes)];
  const format = ["-q", "-F", "-t", "ext4", "-b", "4096", ...features, "-U", uuid, "-E", extended, "-d", tree];
  const argv = [...(await rootOwned(signal)), mke2fs, ...format, target, `${kib}k`];
  await runTool("mke2fs", argv, { signal, env: { E2FSPROGS_FAKE_TIME: String(spec.time) } });
}

/** The file system's own number, the same for the same image. */
export function uuidText(name: string): string {
  const hex = Buffer.from(deriveUuid(digestOf(name), "file system")).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// mke2fs copies owners from the tree, and an ordinary account cannot give files to root: seen from a user namespace in
// which that account is root, they are root's.
async function rootOwned(signal: AbortSignal): Promise<readonly string[]> {
  if (process.getuid?.() === 0) return [];
  const unshare = findTool("unshare");
  const words = [unshare ?? "", "--user", "--map-root-user", "--"];
  const works = unshare !== undefined && (await runTool("unshare", [...words, "true"], { signal }).then(yes, no));
  signal.throwIfAborted();
  if (!works) throw fail("E_WORK_NAMESPACE");
  return words;
}

const yes = () => true;
const no = () => false;
