// What kind of layer a path is: a directory, an ext or squashfs file, or the overlay partitions of a SIF file. On the way of
// every start with an overlay file: one read does. Knows nothing of containers.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { reasonOf } from "../../base/errors.ts";
import { decodeDescriptors, decodeHeader, findHeader } from "../sif/decode.ts";
import * as layout from "../sif/layout.ts";
import type { SifDescriptor } from "../sif/types.ts";
import { looksLikeSquashfs } from "../squashfs-reader/superblock.ts";
import { fail } from "./errors.ts";
import { parseExt } from "./ext.ts";

/** A file system in a file that can be laid over an image. */
export interface LayerPart {
  readonly fs: "ext" | "squashfs";
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** What a path holds for the purpose of laying it over an image. */
export type FoundLayer =
  | { readonly kind: "dir" }
  | { readonly kind: "file"; readonly part: LayerPart }
  /** A SIF file; its overlays, the last made last. */
  | { readonly kind: "sif"; readonly parts: readonly LayerPart[] };

// Header, descriptor table and a little more of every SIF file in the wild.
const HEAD_BYTES = layout.DATA_OFFSET + 4096;

/** Looks at a path. @throws E_OVERLAY_NOT, E_SIF_… */
export function findLayer(path: string): FoundLayer {
  const file = openLayer(path);
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) return { kind: "dir" };
    const buffer = Buffer.alloc(HEAD_BYTES);
    const head = buffer.subarray(0, stat.isFile() ? readSync(file, buffer, 0, HEAD_BYTES, 0) : 0);
    if (looksLikeSquashfs(head)) return { kind: "file", part: { fs: "squashfs", offset: 0, size: stat.size } };
    if (parseExt(head)) return { kind: "file", part: { fs: "ext", offset: 0, size: stat.size } };
    if (findHeader(head) === undefined)
      throw fail("E_OVERLAY_NOT", { path, what: "it holds no file system that berth knows" });
    const header = decodeHeader(head, stat.size, path);
    const end = header.descriptorsOffset + header.descriptorsTotal * layout.DESCRIPTOR_BYTES;
    if (end > head.length) throw fail("E_OVERLAY_NOT", { path, what: "its table of objects lies in an unusual place" });
    const descriptors = decodeDescriptors(head.subarray(header.descriptorsOffset, end), header, path);
    return { kind: "sif", parts: overlayParts(descriptors) };
  } finally {
    closeSync(file);
  }
}

function openLayer(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw fail("E_OVERLAY_NOT", { path, what: reasonOf(cause) }, { cause });
  }
}

/** The overlay partitions among the objects of a SIF file, in their order. */
export function overlayParts(descriptors: readonly SifDescriptor[]): LayerPart[] {
  return descriptors.flatMap(({ partition, offset, size }) => {
    if (partition?.kind !== "overlay") return [];
    if (partition.fs !== "ext3" && partition.fs !== "squashfs") return [];
    return [{ fs: partition.fs === "ext3" ? ("ext" as const) : ("squashfs" as const), offset, size }];
  });
}
