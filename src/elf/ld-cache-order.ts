// The order of names in the dynamic linker's cache (glibc, dl-cache): a linker that meets another order does not find what is there. Pure.

/**
 * The order of names in the cache, in which the linker searches by halves: numbers within names count as numbers, and come behind
 * everything else.
 */
export function compareNames(first: string, second: string): number {
  let [i, j] = [0, 0];
  while (i < first.length) {
    const [a, b] = [first.charCodeAt(i), second.charCodeAt(j)];
    if (isDigit(a) !== isDigit(b)) return isDigit(a) ? 1 : -1;
    if (isDigit(a)) {
      const [left, right] = [numberAt(first, i), numberAt(second, j)];
      // The linker counts in 32 bits with a sign.
      if (left.value !== right.value) return (left.value - right.value) | 0;
      [i, j] = [left.end, right.end];
    } else {
      if (a !== b) return j < second.length ? signed(a) - signed(b) : signed(a);
      i += 1;
      j += 1;
    }
  }
  return j < second.length ? -signed(second.charCodeAt(j)) : 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

// `char` of most machines that berth runs on. Names with such bytes are not added, but may be there.
function signed(code: number): number {
  return (code << 24) >> 24;
}

function numberAt(text: string, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = start;
  for (; end < text.length && isDigit(text.charCodeAt(end)); end += 1)
    value = (Math.imul(value, 10) + text.charCodeAt(end) - 48) | 0;
  return { value, end };
}
