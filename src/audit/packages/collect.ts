// Takes the files of one layer as they stream by: keeps the few that a reader wants in memory, within bounds, and has them
// read when they end. Knows no kind of file and no archive.

import { reasonOf } from "../../base/errors.ts";
import type { Cataloguer, FileEntry, Found, LayerFacts, Want } from "./cataloguer.ts";
import { keptFacts } from "./kept-facts.ts";
import { READERS } from "./readers.ts";
import { soundOf } from "./sound.ts";

const MAX_REASON = 300;

/** One file at a time: `begin`, its `bytes` when that was true, `end`. */
export interface LayerCollector {
  /** A regular file begins. True when its bytes are wanted; else nothing more has to be said of it. */
  begin(path: string, entry: FileEntry): boolean;
  /** Its next bytes, which are copied. False when no more are wanted: `end` is still to be called. */
  bytes(chunk: Uint8Array): boolean;
  /** It is complete. */
  end(): void;
  /** A hard link to a file of the same layer that came before. */
  link(path: string, target: string): void;
  /** Everything that was found. */
  finish(): LayerFacts;
}

interface Pending {
  readonly path: string;
  readonly reader: Cataloguer;
  readonly want: Want;
  readonly entry: FileEntry;
  readonly content: Buffer;
  filled: number;
}

/** Collects one layer, or one tree. */
export function collectLayer(readers: readonly Cataloguer[] = READERS): LayerCollector {
  const kept = keptFacts();
  let pending: Pending | undefined;
  return {
    begin(path, entry) {
      const wanted = firstWant(readers, path, entry);
      pending = wanted && begun(path, entry, wanted);
      if (wanted && !pending) kept.keep(path, wanted.reader.name, gapOf(entry, wanted.want));
      return pending !== undefined;
    },
    bytes(chunk) {
      if (!pending) return false;
      take(pending, chunk);
      return couldBe(pending) && !(isFull(pending) && isTooLarge(pending));
    },
    end() {
      if (pending && couldBe(pending)) kept.keep(pending.path, pending.reader.name, foundIn(pending));
      pending = undefined;
    },
    link(path, target) {
      const same = kept.find(target);
      if (same && firstWant(readers, path, A_PROGRAM)?.reader.name === same.reader)
        kept.keep(path, same.reader, same.found);
    },
    finish: kept.finish,
  };
}

/** What is said of a link's target, whose facts are there: it was wanted. */
const A_PROGRAM: FileEntry = { size: 1 << 20, mode: 0o755 };

interface Wanted {
  readonly reader: Cataloguer;
  readonly want: Want;
}

// Undefined for what is not read. Where only its first bytes tell whether it is missed at all, these are kept.
function begun(path: string, entry: FileEntry, { reader, want }: Wanted): Pending | undefined {
  const tooLarge = entry.size > want.maxBytes;
  if (want.gap !== undefined || (tooLarge && want.magic === undefined)) return undefined;
  const room = tooLarge ? (want.magic?.length ?? 0) : entry.size;
  return { path, reader, want, entry, content: Buffer.allocUnsafe(room), filled: 0 };
}

function foundIn(pending: Pending): Found {
  return isTooLarge(pending) ? gapOf(pending.entry, pending.want) : readWhole(pending);
}

function firstWant(readers: readonly Cataloguer[], path: string, entry: FileEntry): Wanted | undefined {
  for (const reader of readers) {
    const want = reader.wants(path, entry);
    if (want) return { reader, want };
  }
  return undefined;
}

// More than was announced is not kept: the walker has said how long the file is.
function take(pending: Pending, chunk: Uint8Array): void {
  const part = chunk.subarray(0, pending.content.length - pending.filled);
  pending.content.set(part, pending.filled);
  pending.filled += part.length;
}

function couldBe({ want, content, filled }: Pending): boolean {
  const length = Math.min(want.magic?.length ?? 0, filled);
  return want.magic === undefined || content.subarray(0, length).equals(want.magic.subarray(0, length));
}

function isFull({ content, filled }: Pending): boolean {
  return filled === content.length;
}

function isTooLarge({ want, entry }: Pending): boolean {
  return entry.size > want.maxBytes;
}

function gapOf({ size }: FileEntry, { maxBytes, gap }: Want): Found {
  return { gaps: [gap ?? `it has ${size} bytes, and ${maxBytes} are read at most`] };
}

function readWhole({ path, reader, content, filled }: Pending): Found {
  try {
    return soundOf(reader.read(path, content.subarray(0, filled)));
  } catch (error) {
    return soundOf({ gaps: [`it cannot be read: ${reasonOf(error).slice(0, MAX_REASON)}`] });
  }
}
