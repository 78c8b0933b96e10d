// A string in double quotes with the escapes that histories have for CMD and ENTRYPOINT (those of Go's %q). Pure.

const SHORT: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

/** `text` in double quotes; printable characters of any script stay. */
export function goQuoted(text: string): string {
  const body = text.replace(/["\\]|\p{C}/gu, (char) => SHORT[char] ?? escaped(char.codePointAt(0) ?? 0));
  return `"${body}"`;
}

function escaped(code: number): string {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}
