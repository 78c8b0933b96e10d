// The messages of a shell's WebSocket: binary, the first byte says what follows. Pure.

export const STDIN = 0;
export const CONTROL = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What came. */
export type Came = { readonly output: Uint8Array } | { readonly exit: number } | undefined;

/** A message with what was typed. */
export function typed(text: string): Uint8Array<ArrayBuffer> {
  return framed(STDIN, encoder.encode(text));
}

/** A message with the terminal's new size. */
export function resized(columns: number, rows: number): Uint8Array<ArrayBuffer> {
  return framed(CONTROL, encoder.encode(JSON.stringify({ resize: { columns, rows } })));
}

/** What a message says; undefined: nothing that is known. */
export function readFrame(data: ArrayBuffer): Came {
  const bytes = new Uint8Array(data);
  const rest = bytes.subarray(1);
  if (bytes[0] === 1 || bytes[0] === 2) return { output: rest };
  if (bytes[0] !== CONTROL) return undefined;
  try {
    const { exit } = Object(JSON.parse(decoder.decode(rest)));
    return Number.isInteger(exit) ? { exit } : undefined;
  } catch {
    return undefined;
  }
}

function framed(kind: number, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(rest.length + 1);
  whole[0] = kind;
  whole.set(rest, 1);
  return whole;
}
