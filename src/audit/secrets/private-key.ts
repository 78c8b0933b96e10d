// Private keys in PEM form: the line that begins one, and whether a key follows. Keys stand in recipes in many dresses (lines with
// blanks in front, `\n` as two characters, quotes), so the body is put together from what is left without them.

const BEGIN = /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
// What a reader needs to be sure; the shortest keys (Ed25519) have 64 characters.
const ENOUGH = 24;
// Encrypted keys of the old form begin with anything.
const LIKELY = 40;
const LOOKED_AT = 1024;
const END = "-----END";

/** A private key's end; `certain` when its first bytes are a key's. */
export interface PrivateKey {
  readonly end: number;
  readonly certain: boolean;
}

/** The private key that begins at `at`; undefined: there is none, or only the words of one. */
export function privateKeyAt(text: string, at: number): PrivateKey | undefined {
  BEGIN.lastIndex = at;
  const begin = BEGIN.exec(text);
  if (!begin) return undefined;
  const from = at + begin[0].length;
  const behind = text.slice(from, from + LOOKED_AT);
  const key = bodyOf(behind.split(END, 1)[0] ?? "");
  const certain = isKey(key, begin[0]);
  if (key.length < (certain ? ENOUGH : LIKELY) || new Set(key).size < 8) return undefined;
  const end = text.slice(from, from + 16_384).indexOf(END);
  return { end: end < 0 ? from : from + end, certain };
}

function bodyOf(behind: string): string {
  const lines = behind.split(/\r?\n|\\n|\\r/);
  const kept = lines.map((line) => line.replace(/["'`,+\\\s]+/g, "")).filter((line) => !line.includes(":"));
  return /^[A-Za-z0-9+/=]*/.exec(kept.join(""))?.[0] ?? "";
}

// DER begins with a sequence; OpenSSH's and PGP's forms with their own marks.
function isKey(body: string, begin: string): boolean {
  if (begin.includes("OPENSSH")) return body.startsWith("b3BlbnNzaC1rZXk");
  if (begin.includes("PGP")) return /^[lx]/.test(body);
  return /^M[A-P]/.test(body);
}
