// Bytes as base64. Pure.

/** Base64 of a text's UTF-8. */
export function base64OfText(text: string): string {
  return base64(new TextEncoder().encode(text));
}

/** Base64 of bytes. */
export function base64(bytes: Uint8Array): string {
  // In pieces: a call has only so many arguments.
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(pieces.join(""));
}
