// One LZO1X block, written from the description of the bit stream in the Linux documentation (staging/lzo.rst).

import { copyLiterals, type LzInput, type LzOutput, nextByte, repeat } from "./lz-output.ts";

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
  const input: LzInput = { bytes: block, at: 0 };
  const output: LzOutput = { bytes: new Uint8Array(limit), to: 0 };
  let state = 0;
  const first = block[0] ?? 0;
  if (first > 17) {
    input.at = 1;
    if (!copyLiterals(input, output, first - 17)) return undefined;
    state = Math.min(first - 17, AFTER_RUN);
  }
  while (input.at < block.length) {
    const code = nextByte(input);
    if (code < 16 && state === 0) {
      if (!copyLiterals(input, output, 3 + extended(input, code, 15, limit))) return undefined;
      state = AFTER_RUN;
      continue;
    }
    const match = readMatch(input, code, state, limit);
    if (code >= 16 && code < 32 && match.distance === END_DISTANCE) return output.bytes.subarray(0, output.to);
    if (!repeat(output, match.distance, match.count)) return undefined;
    output.to += match.count;
    if (!copyLiterals(input, output, match.literals)) return undefined;
    state = match.literals;
  }
  return undefined;
}

function readMatch(input: LzInput, code: number, state: number, limit: number): Match {
  if (code < 16) {
    const distance = (nextByte(input) << 2) + (code >> 2);
    return state === AFTER_RUN
      ? { count: 3, distance: distance + 2049, literals: code & 3 }
      : { count: 2, distance: distance + 1, literals: code & 3 };
  }
  if (code < 64) {
    const count = 2 + (code < 32 ? extended(input, code & 7, 7, limit) : extended(input, code & 31, 31, limit));
    const word = nextByte(input) | (nextByte(input) << 8);
    const base = code < 32 ? END_DISTANCE + ((code & 8) << 11) : 1;
    return { count, distance: base + (word >> 2), literals: word & 3 };
  }
  const count = code < 128 ? 3 + ((code >> 5) & 1) : 5 + ((code >> 5) & 3);
  return { count, distance: (nextByte(input) << 3) + ((code >> 2) & 7) + 1, literals: code & 3 };
}

// A count of 0 goes on: every zero byte adds 255, the first other byte ends it.
function extended(input: LzInput, count: number, base: number, limit: number): number {
  if (count !== 0) return count;
  let total = base;
  while (input.bytes[input.at] === 0 && total <= limit) {
    total += 255;
    input.at += 1;
  }
  return total + nextByte(input);
}
