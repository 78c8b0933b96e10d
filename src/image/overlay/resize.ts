// Gives an overlay another size. A file of its own is changed in place by resize2fs; the partition of a SIF file is copied,
// changed and put behind what is there, so that an interruption leaves the old one.

import { spawn } from "node:child_process";
import { open, rm, stat, truncate } from "node:fs/promises";
import { partialName } from "../../base/publish.ts";
import { readSifFile } from "../sif/read.ts";
import type { SifDescriptor } from "../sif/types.ts";
import { copyRange } from "./copy-range.ts";
import { fail } from "./errors.ts";
import { findLayer } from "./find.ts";
import { isLocked } from "./in-use.ts";
import { LEAST_MIB, MIB } from "./make-ext.ts";
import { checkUnsigned, overlayOf, replacePartition } from "./sif-partition.ts";
import { runTool } from "./tools.ts";

// e2fsck ends with 1 or 2 when it mended something.
const MENDED = 2;

/** Makes the overlay at `path` `size` bytes large. @throws E_OVERLAY_…, E_SIF_… */
export async function resizeOverlay(path: string, size: number, signal?: AbortSignal): Promise<void> {
  if (size < LEAST_MIB * MIB) throw fail("E_OVERLAY_SIZE", { size: Math.floor(size / MIB) });
  const found = findLayer(path);
  if (found.kind === "dir") throw fail("E_OVERLAY_NOT", { path, what: "a directory has the size of its file system" });
  if (found.kind === "file" && found.part.fs !== "ext")
    throw fail("E_OVERLAY_NOT", { path, what: "a squashfs never changes" });
  if (isLocked(path)) throw fail("E_OVERLAY_IN_USE", { path });
  if (found.kind === "file") await resizeFile(path, size, signal);
  else await resizePartition(path, size, signal);
}

async function resizeFile(path: string, size: number, signal?: AbortSignal): Promise<void> {
  const before = (await stat(path)).size;
  await runTool("e2fsck", ["-f", "-p", path], path, { signal, most: MENDED });
  if (size > before) await truncate(path, size);
  await runTool("resize2fs", [path, `${size / 1024}K`], path, { signal });
  if (size < before) await truncate(path, size);
}

async function resizePartition(path: string, size: number, signal?: AbortSignal): Promise<void> {
  const sif = await readSifFile(path);
  checkUnsigned(sif, path);
  const overlay = overlayOf(sif);
  if (!overlay) throw fail("E_OVERLAY_NOT", { path, what: "it has no overlay partition" });
  const copy = partialName(path);
  try {
    await extract(path, overlay, copy, signal);
    await resizeFile(copy, size, signal);
    const old = await replacePartition(path, copy, signal);
    await giveBack(path, old);
  } finally {
    await rm(copy, { force: true });
  }
}

async function extract(path: string, { offset, size }: SifDescriptor, to: string, signal?: AbortSignal): Promise<void> {
  const source = await open(path, "r");
  try {
    const target = await open(to, "wx", 0o600);
    try {
      await copyRange({ file: source, offset }, { file: target, offset: 0 }, size, signal);
      await target.truncate(size);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

// The old place becomes a hole, where the file system can make one.
function giveBack(path: string, { offset, size }: SifDescriptor): Promise<void> {
  const args = ["--punch-hole", "--offset", String(offset), "--length", String(size), path];
  return new Promise((resolve) => {
    const child = spawn("fallocate", args, { stdio: "ignore" });
    child.on("error", () => resolve());
    child.on("close", () => resolve());
  });
}
