// An unpacked tree as an xfs file system in a file: mkfs.xfs fills it by a prototype, a text of names, modes and owners.
// What such a text cannot say is refused rather than damaged. Hard links become copies: a prototype knows none.

import { lstat, readlink, writeFile } from "node:fs/promises";
import { fail } from "./errors.ts";
import { type FileSystemSpec, uuidText } from "./ext-image.ts";
import { neededTool, runTool } from "./tools.ts";
import { type TreeEntry, treeSize, walk } from "./tree-size.ts";

const MIB = 1024 * 1024;
/** mkfs.xfs makes nothing smaller. */
const LEAST = 300 * MIB;
/** Its log, and the groups' own records. */
const OVERHEAD = 96 * MIB;
/** mkfs.xfs counts the bytes of a prototype's file in 31 bits. */
const MAX_FILE = 2 ** 31 - 1;

/** Makes `target` of `tree`; `prototype` is where the text goes. @throws E_WORK_TOOL_MISSING, E_WORK_TOOL, E_WORK_XFS_… */
export async function makeXfs(
  tree: string,
  target: string,
  spec: FileSystemSpec & { readonly prototype: string },
  signal: AbortSignal,
): Promise<void> {
  const mkfs = neededTool("mkfs.xfs", "xfs");
  const { bytes, entries } = await treeSize(tree);
  const wanted = OVERHEAD + bytes * 1.1 + entries * 1024;
  const size = Math.max(LEAST, Math.ceil(wanted / MIB) * MIB);
  await writeFile(spec.prototype, await prototypeOf(tree), { mode: 0o600 });
  const data = `file,name=${target},size=${size}`;
  const argv = [mkfs, "-q", "-f", "-d", data, "-m", `uuid=${uuidText(spec.name)}`, "-p", spec.prototype];
  await runTool("mkfs.xfs", argv, { signal });
}

/** The prototype (mkfs.xfs(8), `-p`) of a tree whose files all become root's. @throws E_WORK_XFS_NAME, E_WORK_XFS_FILE */
export async function prototypeOf(tree: string): Promise<Buffer> {
  const root = (await lstat(tree)).mode;
  const lines: (Buffer | string)[] = ["/\n0 0\n", `${modeWord("d", root)} 0 0\n`];
  let open = 0;
  for await (const entry of walk(Buffer.from(tree))) {
    // A folder's end is a line of its own.
    for (; open > entry.depth; open -= 1) lines.push("$\n");
    lines.push(...(await lineOf(entry)));
    if (entry.entry.isDirectory()) open += 1;
  }
  lines.push("$\n".repeat(open + 1));
  return Buffer.concat(lines.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

async function lineOf({ path, name, entry }: TreeEntry): Promise<readonly (Buffer | string)[]> {
  const { mode, size } = await lstat(path);
  const begin = [word(name), " "];
  if (entry.isDirectory()) return [...begin, `${modeWord("d", mode)} 0 0\n`];
  if (entry.isSymbolicLink()) return [...begin, "l--777 0 0 ", word(await readlink(path, "buffer")), "\n"];
  if (entry.isFIFO()) return [...begin, `${modeWord("p", mode)} 0 0\n`];
  if (size > MAX_FILE) throw fail("E_WORK_XFS_FILE", { name: name.toString("utf8"), size });
  return [...begin, `${modeWord("-", mode)} 0 0 `, word(path), "\n"];
}

// Type, set-id letters (never: such bits are gone), three octal digits; a prototype has no sticky bit.
function modeWord(type: string, mode: number): string {
  return `${type}--${(mode & 0o777).toString(8).padStart(3, "0")}`;
}

// A prototype's words end at white space; one that begins with a colon is a comment, and a lone $ ends a folder.
function word(bytes: Buffer): Buffer {
  const bad = bytes.some((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a);
  if (bad || bytes[0] === 0x3a || bytes.equals(Buffer.from("$")))
    throw fail("E_WORK_XFS_NAME", { name: bytes.toString("utf8") });
  return bytes;
}
