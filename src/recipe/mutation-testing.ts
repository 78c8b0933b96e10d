// For tests of the parsers: texts that somebody damaged. Bytes are deleted, doubled, swapped, put in and cut off, the same way
// in every run.

/** Seeded, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const BYTES = [..."()[]{}<>|&;'\"`$\\#=:*?!~-+%,. \t\r\n\0\uFEFF\u00e9\u{1F600}", "\ud83d"];

/** `count` damaged forms of the seeds; `pieces` are what the language has more than bytes. */
export function* mutated(
  seeds: readonly string[],
  pieces: readonly string[],
  count: number,
  seed: number,
): Generator<string> {
  const below = random(seed);
  const pick = <Item>(list: readonly Item[]): Item | undefined => list[below(list.length)];
  const damage = (text: string): string => {
    const at = below(text.length + 1);
    const end = Math.min(text.length, at + 1 + below(12));
    switch (below(7)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, end) + text.slice(at);
      case 2:
        return text.slice(0, at) + text.slice(end, end + (end - at)) + text.slice(at, end) + text.slice(2 * end - at);
      case 3:
        return text.slice(0, at) + (pick(BYTES) ?? "") + text.slice(at);
      case 4:
        return text.slice(0, at) + (pick(pieces) ?? "") + text.slice(at);
      case 5:
        return text.slice(0, at);
      default:
        return text.slice(0, at) + (pick(seeds) ?? "").slice(below(80)) + text.slice(end);
    }
  };
  for (let index = 0; index < count; index++) {
    let text = pick(seeds) ?? "";
    for (let times = 1 + below(4); times > 0; times--) text = damage(text);
    yield text;
  }
}
