// Decides what may go: files of a system that nothing refers to, and blobs of the content store that nobody needs. Pure;
// whatever is in doubt stays.

import { parseName } from "../publish/names.ts";
import type { PublishedFile, PullRecord } from "../types.ts";

/** How long things stay, in seconds. */
export interface Retention {
  /** Files that no record knows. */
  readonly orphans: number;
  /** Blobs after their last use. */
  readonly blobs: number;
  /** Records of images after their removal. */
  readonly records: number;
}

export const USUAL_RETENTION: Retention = { orphans: 3600, blobs: 7 * 86_400, records: 90 * 86_400 };

export interface FilesState {
  readonly files: readonly PublishedFile[];
  /** Format of the images whose files are wanted (READY, in quarantine, or being removed by somebody), by id. */
  readonly wanted: ReadonlyMap<string, string>;
  /** Unfinished pulls of the system. */
  readonly pulls: readonly Pick<PullRecord, "startedAt">[];
  /** Seconds since 1970. */
  readonly now: number;
  readonly retention: Pick<Retention, "orphans">;
}

/**
 * Files to be removed, each image's `.meta` first. A finished file without a record is only taken for berth's beside a
 * `.json`: other programs may keep images in the same folder.
 */
export function planFiles(state: FilesState): readonly PublishedFile[] {
  const { files, wanted } = state;
  const old = oldEnough(state);
  const groups = new Map<string, PublishedFile[]>();
  const orphans: PublishedFile[] = [];
  for (const file of files) {
    const name = parseName(file.name);
    if (!name) continue;
    if (name.partial) orphans.push(...(old(file) ? [file] : []));
    else groups.set(name.id, [...(groups.get(name.id) ?? []), file]);
  }
  for (const [id, group] of groups) {
    const ours = wanted.has(id) || group.some((file) => endingOf(file) === "json");
    const extra = group.filter((file) => !isWanted(endingOf(file), wanted.get(id)));
    // The youngest counts: they came together, and may be on their way to a record.
    if (ours && extra.length > 0 && group.every(old)) orphans.push(...extra.sort(metaFirst));
  }
  return orphans;
}

function oldEnough({ pulls, now, retention }: FilesState): (file: PublishedFile) => boolean {
  const started = pulls.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
  // What came since the oldest pull under way began may be that pull's.
  const oldest = started.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  return ({ age }) => age > retention.orphans && now - age < oldest;
}

function isWanted(ending: string, format: string | undefined): boolean {
  return format !== undefined && [format, "meta", "json", "verdict"].includes(ending);
}

function endingOf({ name }: PublishedFile): string {
  return parseName(name)?.ending ?? "";
}

const RANKS: ReadonlyMap<string, number> = new Map([
  ["meta", 0],
  ["json", 2],
]);

// `.json` last: as long as anything is left, it tells whose it is.
function metaFirst(a: PublishedFile, b: PublishedFile): number {
  const rank = (file: PublishedFile) => RANKS.get(endingOf(file)) ?? 1;
  return rank(a) - rank(b);
}

/** A blob as the content store lists it. */
export interface BlobFacts {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

export interface BlobsState<Blob extends BlobFacts> {
  readonly blobs: readonly Blob[];
  /** Digests of what READY images are made of. */
  readonly needed: ReadonlySet<string>;
  readonly pulls: readonly Pick<PullRecord, "startedAt">[];
  /** Seconds since 1970. */
  readonly now: number;
  readonly retention: Pick<Retention, "blobs">;
}

/** Blobs that no image needs, unused for long, and since before any pull under way began. */
export function planBlobs<Blob extends BlobFacts>(state: BlobsState<Blob>): readonly Blob[] {
  const { blobs, needed, pulls, now, retention } = state;
  const started = pulls.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
  const limit = started.reduce((least, at) => Math.min(least, at), now - retention.blobs) * 1000;
  return blobs.filter(({ digest, lastUsed }) => lastUsed < limit && !needed.has(digest));
}
