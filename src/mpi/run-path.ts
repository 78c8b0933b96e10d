// Changes the run path inside a library, in place and only where nothing else can be meant by the bytes that change. The
// decision why: docs/decisions, "The host's MPI in a folder of its own".

import type { FileHandle } from "node:fs/promises";
import { type DynamicEntry, TAG } from "../elf/dynamic.ts";
import { namesInUse, type OpenedElf, open } from "../elf/index.ts";

/** `no-room`: the file has no run path, or a shorter one, or one whose bytes are a name of something else, too. */
export type RunPathChange = "done" | "no-room";

const MAX_RUN_PATHS = 16;

/** Makes `wanted` the only run path of an open library (as DT_RPATH, which counts for what it loads in turn). @throws E_ELF_DAMAGED */
export async function writeRunPath(file: FileHandle, path: string, wanted: string): Promise<RunPathChange> {
  const opened = await open(file, path);
  const [entry, ...others] = opened ? runPathEntries(opened) : [];
  if (!opened || !entry) return "no-room";
  const { strings } = opened.dynamic;
  const start = strings.offset + entry.value;
  const old = (entry.tag === TAG.rpath ? opened.dynamic.rpath : opened.dynamic.runpath) ?? "";
  // Bytes that are no text were read as longer ones, and what lies behind them would be written over.
  if (old.includes("\ufffd")) return "no-room";
  const room = Buffer.byteLength(old);
  if (room < Buffer.byteLength(wanted) || (await isShared(opened, entry, room))) return "no-room";
  const text = Buffer.alloc(room);
  text.write(wanted);
  await file.write(text, 0, room, start);
  await writeTag(file, opened, entry, TAG.rpath);
  if (others.length > 0) await removeRunPaths(file, path, entry.value);
  return "done";
}

/** Takes all run paths out of an open library but one that lies at `except` of its names. Always possible. @throws E_ELF_DAMAGED */
export async function removeRunPaths(file: FileHandle, path: string, except?: number): Promise<void> {
  // Two at most in what a linker made; a damaged file must not keep us here.
  for (let left = MAX_RUN_PATHS; left > 0; left -= 1) {
    const opened = await open(file, path);
    const entry = opened && runPathEntries(opened).find(({ tag, value }) => tag !== TAG.rpath || value !== except);
    if (!opened || !entry) return;
    await removeEntry(file, opened, entry);
  }
}

function runPathEntries({ dynamic }: OpenedElf): DynamicEntry[] {
  return dynamic.entries.filter(({ tag }) => tag === TAG.rpath || tag === TAG.runpath);
}

// Linkers let names share their ends: the bytes of a run path may be the end of a longer name, or hold shorter ones.
async function isShared(opened: OpenedElf, entry: DynamicEntry, length: number): Promise<boolean> {
  const { elf, dynamic } = opened;
  const before = entry.value === 0 ? undefined : (await elf.read(dynamic.strings.offset + entry.value - 1, 1)).bytes[0];
  if (before !== 0) return true;
  const used = await namesInUse(opened);
  for (const offset of used) if (offset >= entry.value && offset < entry.value + length) return true;
  return runPathEntries(opened).some((other) => other.at !== entry.at && other.value === entry.value);
}

function entryBytes({ elf }: OpenedElf): number {
  return elf.encoding.bits / 4;
}

async function writeTag(file: FileHandle, opened: OpenedElf, { at }: DynamicEntry, tag: number): Promise<void> {
  const { bits, little } = opened.elf.encoding;
  const bytes = Buffer.alloc(bits / 8);
  // A tag fits 32 bits; where they lie depends on the order.
  if (little) bytes.writeUInt32LE(tag, 0);
  else bytes.writeUInt32BE(tag, bits / 8 - 4);
  await file.write(bytes, 0, bytes.length, at);
}

// The entries behind move up by one, and the last becomes the end of the list.
async function removeEntry(file: FileHandle, opened: OpenedElf, { at }: DynamicEntry): Promise<void> {
  const size = entryBytes(opened);
  const end = (opened.dynamic.entries.at(-1)?.at ?? at) + size;
  const { bytes } = await opened.elf.read(at + size, end - at - size);
  const moved = Buffer.concat([bytes, Buffer.alloc(size)]);
  await file.write(moved, 0, moved.length, at);
}
