// The patterns of `${V#pattern}`, `${V%pattern}` and `${V/pattern/text}`: `*`, `?` and escaped characters; brackets mean
// themselves, as in BuildKit. Knows no variables.

/** One step of a pattern: a character, any character, or any number of any. */
export type PatternToken = { readonly literal: string } | "any" | "star";

/** A pattern as tokens; undefined when it escapes what needs no escape. */
export function parsePattern(text: string): readonly PatternToken[] | undefined {
  const tokens: PatternToken[] = [];
  const chars = [...text];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? "";
    if (char === "*") tokens.push("star");
    else if (char === "?") tokens.push("any");
    else if (char !== "\\") tokens.push({ literal: char });
    else {
      const next = chars[++at];
      if (next === undefined || !"*?\\}/".includes(next)) return undefined;
      tokens.push({ literal: next });
    }
  }
  return tokens;
}

/** The value without the part at its beginning that the pattern matches. */
export function withoutPrefix(value: string, pattern: readonly PatternToken[], longest: boolean): string {
  const chars = [...value];
  return chars.slice(matchedLength(chars, 0, pattern, longest) ?? 0).join("");
}

/** The value without the part at its end that the pattern matches. */
export function withoutSuffix(value: string, pattern: readonly PatternToken[], longest: boolean): string {
  const chars = [...value].reverse();
  const length = matchedLength(chars, 0, pattern.toReversed(), longest) ?? 0;
  return chars.slice(length).reverse().join("");
}

/** The value with the first match, or every one, replaced. Where several could be, the longest counts. */
export function replaceMatches(
  value: string,
  pattern: readonly PatternToken[],
  replacement: string,
  every: boolean,
): string {
  const chars = [...value];
  let result = "";
  for (let at = 0; at < chars.length; ) {
    const length = matchedLength(chars, at, pattern, true) ?? 0;
    if (length === 0) {
      result += chars[at++] ?? "";
      continue;
    }
    result += replacement;
    at += length;
    if (!every) return result + chars.slice(at).join("");
  }
  return result;
}

/** How much work taking off what matches may be; with a replacement, putting it in place of every match. */
export function matchingCost(value: string, pattern: readonly PatternToken[], replacement?: string): number {
  const once = value.length * (pattern.length + 1);
  if (replacement === undefined) return once;
  return once * (pattern.includes("star") ? value.length : 1) + value.length * replacement.length;
}

// Walks the pattern with all the places it can have reached at once: no pattern makes this slower than its length times
// the value's.
function matchedLength(
  chars: readonly string[],
  start: number,
  pattern: readonly PatternToken[],
  longest: boolean,
): number | undefined {
  let ends: readonly number[] = [start];
  for (const token of pattern) {
    ends = step(chars, ends, token);
    if (ends.length === 0) return undefined;
  }
  const end = longest ? ends.at(-1) : ends[0];
  return end === undefined ? undefined : end - start;
}

// `ends` ascend, before and after.
function step(chars: readonly string[], ends: readonly number[], token: PatternToken): readonly number[] {
  if (token === "star") {
    const first = ends[0] ?? 0;
    return Array.from({ length: chars.length - first + 1 }, (_, index) => first + index);
  }
  return ends
    .filter((end) => end < chars.length && (token === "any" || chars[end] === token.literal))
    .map((end) => end + 1);
}
