// File names are bytes, JavaScript's strings are not. Bytes that are not UTF-8 become lone surrogates U+DC80…U+DCFF, one
// each, so that every name has exactly one string and can be turned back into its bytes.

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The string for a name's bytes. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodePiecewise(bytes);
  }
}

/** The bytes of a name; the inverse of `decodeName`. */
export function encodeName(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name, "utf8");
  const parts: Buffer[] = [];
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(char, "utf8"));
  }
  return Buffer.concat(parts);
}

function decodePiecewise(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text +=
      length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : strict.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}

// Length of the UTF-8 character that begins at `at`, 0 when none does.
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    return strict.decode(bytes.subarray(at, at + length)) === "" ? 0 : length;
  } catch {
    return 0;
  }
}
