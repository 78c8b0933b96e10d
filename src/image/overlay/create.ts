// Makes an overlay: a file of its own, or a partition of a SIF file that is there already.

import { lstatSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { partialName } from "../../base/publish.ts";
import { fail } from "./errors.ts";
import { findLayer } from "./find.ts";
import { type ExtSpec, makeExt } from "./make-ext.ts";
import { addPartition, checkForOverlay } from "./sif-partition.ts";
import { runTool } from "./tools.ts";

/** Where the overlay is now. */
export type CreatedOverlay = "file" | "partition";

/**
 * Makes an overlay at `path`. A SIF file gets a partition; anything else that exists is refused.
 * @throws E_OVERLAY_…, E_SIF_…
 */
export async function createOverlay(path: string, spec: ExtSpec, signal?: AbortSignal): Promise<CreatedOverlay> {
  const there = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (there && !isSif(path)) throw fail("E_OVERLAY_EXISTS", { path });
  if (there) await checkForOverlay(path);
  const partial = partialName(path);
  try {
    await makeExt(partial, spec, signal);
    if (there) await addToSif(path, partial, spec, signal);
    else await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return there ? "partition" : "file";
}

async function addToSif(path: string, partial: string, { sparse }: ExtSpec, signal?: AbortSignal): Promise<void> {
  const { offset, size } = await addPartition(path, partial, signal);
  // The copy left holes; now that the partition is there, a full disk is said before a container meets it.
  if (!sparse) await runTool("fallocate", ["-o", String(offset), "-l", String(size), path], path, { signal });
}

function isSif(path: string): boolean {
  try {
    return findLayer(path).kind === "sif";
  } catch {
    return false;
  }
}
