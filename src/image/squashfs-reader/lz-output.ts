// What the LZ77 decompressors of this folder have in common: input that is read byte by byte, and bounded output made of
// literals and of repetitions of what is there already.

/** Compressed input and the place of the next byte. */
export interface LzInput {
  readonly bytes: Uint8Array;
  at: number;
}

/** Output of a fixed greatest length, and how much of it there is. */
export interface LzOutput {
  readonly bytes: Uint8Array;
  to: number;
}

/** The next byte, 0 behind the end; the caller checks `at` where it matters. */
export function nextByte(input: LzInput): number {
  return input.bytes[input.at++] ?? 0;
}

/** Copies from the input; false when either side has not that much. */
export function copyLiterals(input: LzInput, output: LzOutput, count: number): boolean {
  if (input.at + count > input.bytes.length || output.to + count > output.bytes.length) return false;
  output.bytes.set(input.bytes.subarray(input.at, input.at + count), output.to);
  input.at += count;
  output.to += count;
  return true;
}

/** Repeats what was written `distance` bytes ago; the ranges may overlap. False when there is no such place or room. */
export function repeat({ bytes, to }: LzOutput, distance: number, count: number): boolean {
  if (distance === 0 || distance > to || to + count > bytes.length) return false;
  if (distance >= count) bytes.copyWithin(to, to - distance, to - distance + count);
  else for (let index = to; index < to + count; index += 1) bytes[index] = bytes[index - distance] ?? 0;
  return true;
}
