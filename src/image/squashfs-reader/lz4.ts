// One LZ4 block (lz4 block format description), as squashfs stores them: no frame, no checksum.

import { copyLiterals, type LzInput, type LzOutput, nextByte, repeat } from "./lz-output.ts";

const SHORTEST_MATCH = 4;

/** The decompressed bytes, or undefined when the block is damaged or would give more than `limit` bytes. */
export function decompressLz4(block: Uint8Array, limit: number): Uint8Array | undefined {
  const input: LzInput = { bytes: block, at: 0 };
  const output: LzOutput = { bytes: new Uint8Array(limit), to: 0 };
  while (input.at < block.length) {
    const token = nextByte(input);
    if (!copyLiterals(input, output, length(input, token >> 4, limit))) return undefined;
    // The last sequence has literals only.
    if (input.at === block.length) return output.bytes.subarray(0, output.to);
    const distance = nextByte(input) | (nextByte(input) << 8);
    const count = length(input, token & 15, limit) + SHORTEST_MATCH;
    if (!repeat(output, distance, count)) return undefined;
    output.to += count;
  }
  return undefined;
}

// A length of 15 goes on in further bytes until one is not 255.
function length(input: LzInput, nibble: number, limit: number): number {
  let total = nibble;
  if (nibble !== 15) return total;
  for (let byte = 255; byte === 255 && total <= limit; total += byte) byte = nextByte(input);
  return total;
}
