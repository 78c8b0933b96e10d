// One LZO1X block, written from the description of the bit stream in the Linux documentation (staging/lzo.rst).

import { repeat } from "./lz4.ts";

interface Reader {
  readonly block: Uint8Array;
  at: number;
}

interface Match {
  readonly count: number;
  readonly distance: number;
  /** Literals that follow the match, 0 to 3. */
  readonly literals: number;
}

// After a run of four and more literals; 0 to 3 is the number of literals after the last match.
const AFTER_RUN = 4;
const END_DISTANCE = 16_384;

/** The decompressed bytes, or undefined when the block is damaged or would give more than `limit` bytes. */
export function decompressLzo(block: Uint8Array, limit: number): Uint8Array | undefined {
  const out = new Uint8Array(limit);
  const reader: Reader = { block, at: 0 };
  let to = 0;
  let state = 0;
  const literals = (count: number): boolean => {
    if (reader.at + count > block.length || to + count > limit) return false;
    out.set(block.subarray(reader.at, reader.at + count), to);
    reader.at += count;
    to += count;
    return true;
  };
  const first = block[0] ?? 0;
  if (first > 17) {
    reader.at = 1;
    if (!literals(first - 17)) return undefined;
    state = Math.min(first - 17, AFTER_RUN);
  }
  while (reader.at < block.length) {
    const code = byte(reader);
    if (code < 16 && state === 0) {
      if (!literals(3 + extended(reader, code, 15, limit))) return undefined;
      state = AFTER_RUN;
      continue;
    }
    const match = readMatch(reader, code, state, limit);
    if (match.distance === END_DISTANCE && code >= 16 && code < 32) return out.subarray(0, to);
    if (match.distance > to || to + match.count > limit || reader.at > block.length) return undefined;
    to = repeat(out, to, match.distance, match.count);
    if (!literals(match.literals)) return undefined;
    state = match.literals;
  }
  return undefined;
}

function readMatch(reader: Reader, code: number, state: number, limit: number): Match {
  if (code < 16) {
    const distance = (byte(reader) << 2) + (code >> 2);
    return state === AFTER_RUN
      ? { count: 3, distance: distance + 2049, literals: code & 3 }
      : { count: 2, distance: distance + 1, literals: code & 3 };
  }
  if (code < 64) {
    const count = 2 + (code < 32 ? extended(reader, code & 7, 7, limit) : extended(reader, code & 31, 31, limit));
    const word = byte(reader) | (byte(reader) << 8);
    const base = code < 32 ? END_DISTANCE + ((code & 8) << 11) : 1;
    return { count, distance: base + (word >> 2), literals: word & 3 };
  }
  const count = code < 128 ? 3 + ((code >> 5) & 1) : 5 + ((code >> 5) & 3);
  return { count, distance: (byte(reader) << 3) + ((code >> 2) & 7) + 1, literals: code & 3 };
}

// A count of 0 goes on: every zero byte adds 255, the first other byte ends it.
function extended(reader: Reader, count: number, base: number, limit: number): number {
  if (count !== 0) return count;
  let total = base;
  while (reader.block[reader.at] === 0 && total <= limit) {
    total += 255;
    reader.at += 1;
  }
  return total + byte(reader);
}

function byte(reader: Reader): number {
  return reader.block[reader.at++] ?? 0;
}
