// What an overlay is, for people and programs: its kind, size, state, and whether a container uses it.

import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "./errors.ts";
import { EXT_HEAD_BYTES, type ExtFacts, parseExt } from "./ext.ts";
import { findLayer, type LayerPart } from "./find.ts";
import { isLocked } from "./in-use.ts";

/** An overlay as `berth overlay info` shows it. */
export type OverlayInfo =
  | { readonly kind: "directory"; readonly path: string; readonly used: boolean }
  | { readonly kind: "squashfs"; readonly path: string; readonly size: number; readonly offset: number }
  | (ExtFacts & { readonly kind: "ext"; readonly path: string; readonly offset: number; readonly inUse: boolean });

/** The overlays of a path: one, or those of a SIF file. @throws E_OVERLAY_NOT, E_SIF_… */
export async function describeOverlay(path: string): Promise<readonly OverlayInfo[]> {
  const found = findLayer(path);
  if (found.kind === "dir") return [{ kind: "directory", path, used: existsSync(join(path, "upper")) }];
  const parts = found.kind === "file" ? [found.part] : found.parts;
  if (parts.length === 0) throw fail("E_OVERLAY_NOT", { path, what: "this SIF file has no overlay partition" });
  return Promise.all(parts.map((part) => describePart(path, part)));
}

async function describePart(path: string, { fs, offset, size }: LayerPart): Promise<OverlayInfo> {
  if (fs === "squashfs") return { kind: "squashfs", path, size, offset };
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(EXT_HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, offset);
    const facts = parseExt(head.subarray(0, bytesRead));
    if (!facts) throw fail("E_OVERLAY_NOT", { path, what: "its overlay partition holds no ext file system" });
    return { kind: "ext", path, offset, inUse: isLocked(path), ...facts };
  } finally {
    await file.close();
  }
}
