// Which bytes of a blob are there and which are to be asked for. Pure: knows neither files nor networks.

/** Bytes from `from` up to, but not including, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Adds a range to sorted, separate ranges; the answer is sorted and separate again. */
export function addRange(ranges: readonly ByteRange[], added: ByteRange): readonly ByteRange[] {
  if (added.from >= added.to) return ranges;
  const before = ranges.filter((range) => range.to < added.from);
  const after = ranges.filter((range) => range.from > added.to);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const from = Math.min(added.from, ...touching.map((range) => range.from));
  const to = Math.max(added.to, ...touching.map((range) => range.to));
  return [...before, { from, to }, ...after];
}

/** End of the unbroken stretch that begins at `from`. */
export function reachedFrom(ranges: readonly ByteRange[], from: number): number {
  return ranges.find((range) => range.from <= from && from < range.to)?.to ?? from;
}

/** Total length in bytes. */
export function lengthOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from, 0);
}

/** What is missing of `size` bytes, in pieces of at most `piece` bytes. */
export function missingRanges(ranges: readonly ByteRange[], size: number, piece: number): readonly ByteRange[] {
  const missing: ByteRange[] = [];
  for (let at = reachedFrom(ranges, 0); at < size; at = reachedFrom(ranges, at)) {
    const start = at;
    const end = ranges.find((range) => range.from > start)?.from ?? size;
    for (; at < end; at += piece) missing.push({ from: at, to: Math.min(at + piece, end) });
    at = end;
  }
  return missing;
}

/** Reads ranges written as pairs of numbers; nothing when they are not sorted, separate and within `size`. */
export function parseRanges(value: unknown, size: number): readonly ByteRange[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ranges: ByteRange[] = [];
  let last = -1;
  for (const pair of value as unknown[]) {
    const [from, to, more] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || more !== undefined) return undefined;
    const range = { from: Number(from), to: Number(to) };
    if (range.from <= last || range.to <= range.from || range.to > size) return undefined;
    ranges.push(range);
    last = range.to;
  }
  return ranges;
}
