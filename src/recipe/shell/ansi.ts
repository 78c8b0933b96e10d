// What stands between `$'` and `'` with its escapes taken out, as bash does.

const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S])|([\s\S]))/g;

const NAMED: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["e", "\u001b"],
  ["E", "\u001b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** The text; an unknown escape stays as it is. */
export function ansiText(raw: string): string {
  return raw.replace(ESCAPE, (whole, hex, short, long, octal, control, other) => {
    const digits = hex ?? short ?? long;
    if (digits !== undefined) return character(Number.parseInt(digits, 16), whole);
    if (octal !== undefined) return character(Number.parseInt(octal, 8) & 0xff, whole);
    if (control !== undefined) return character(control.charCodeAt(0) & 0x1f, whole);
    return NAMED.get(other) ?? (/['"\\?]/.test(other) ? other : whole);
  });
}

function character(code: number, whole: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
