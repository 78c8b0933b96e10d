// The facts of image files, kept in the run-time folder under the state of the file they were read from. What is there
// was written by the same user; a damaged entry counts as none.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { LayerPart } from "../image/overlay/find.ts";
import type { ImageFacts } from "./image-facts.ts";
import { ensureSubdir } from "./runtime-dir.ts";

/** What has to be known of an image file before it is mounted, and what its files say. */
export interface KnownImage {
  /** Byte offset of the root file system. */
  readonly offset: number;
  /** GOARCH name, or `unknown`. */
  readonly arch: string;
  readonly facts: ImageFacts;
  /** Overlay partitions of a SIF file. */
  readonly overlays: readonly LayerPart[];
}

/** Raised whenever KnownImage or ImageFacts changes. */
const FORMAT = 5;

/** The entry of a key, if there is one. */
export function recall(runtime: string, key: string): KnownImage | undefined {
  try {
    const entry = JSON.parse(readFileSync(`${runtime}/facts/${key}`, "utf8")) as KnownImage & { format?: number };
    return entry.format === FORMAT ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps an entry. A full disk is no reason not to start. */
export function remember(runtime: string, key: string, image: KnownImage): void {
  const path = `${ensureSubdir(runtime, "facts")}/${key}`;
  const partial = `${path}.${process.pid}`;
  try {
    writeFileSync(partial, JSON.stringify({ format: FORMAT, ...image }), { mode: 0o600 });
    renameSync(partial, path);
  } catch {
    // It is read again next time.
  }
}
