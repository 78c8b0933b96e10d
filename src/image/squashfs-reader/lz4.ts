// One LZ4 block (lz4 block format description), as squashfs stores them: no frame, no checksum.

/** The decompressed bytes, or undefined when the block is damaged or would give more than `limit` bytes. */
export function decompressLz4(block: Uint8Array, limit: number): Uint8Array | undefined {
  const out = new Uint8Array(limit);
  let from = 0;
  let to = 0;
  // A length of 15 goes on in further bytes until one is not 255.
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble !== 15) return total;
    for (let byte = 255; byte === 255 && total <= limit; ) {
      byte = block[from++] ?? 0;
      total += byte;
    }
    return total;
  };
  while (from < block.length) {
    const token = block[from++] ?? 0;
    const literals = length(token >> 4);
    if (from + literals > block.length || to + literals > limit) return undefined;
    out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === block.length) return out.subarray(0, to);
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    const count = length(token & 15) + 4;
    if (from > block.length || distance === 0 || distance > to || to + count > limit) return undefined;
    to = repeat(out, to, distance, count);
  }
  return undefined;
}

/** Copies `count` bytes from `distance` before `to`; the ranges may overlap, which repeats a pattern. */
export function repeat(out: Uint8Array, to: number, distance: number, count: number): number {
  if (distance >= count) out.copyWithin(to, to - distance, to - distance + count);
  else for (let index = to; index < to + count; index += 1) out[index] = out[index - distance] ?? 0;
  return to + count;
}
