// Whether a text looks like made by a generator of random characters rather than by a person. Signs only.

const EXAMPLES =
  /example|sample|dummy|placeholder|changeme|change[_-]?me|your[_-]|redacted|replace|insert|xxxx|0000000|1234567|abcdef|abcdefgh|\.\.\.|<|>|\*\*\*|\$\{|\$\(|%\(|\{\{/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SLUG = /^[a-z]+(?:[-_./:@][a-z0-9]+)+$/;
const WORDY = /^[A-Za-z]+(?:[-_./][A-Za-z]+)*\d{0,4}$/;

/** True for what stands where a secret would: `changeme`, `<token>`, `${TOKEN}`, a key of the documentation. */
export function isPlaceholder(text: string): boolean {
  return EXAMPLES.test(text) || new Set(text).size <= 4;
}

/** True for 16 to 256 characters that nobody would think of: digits and letters mixed, nearly as surprising as they can be. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || value.length > 256 || isPlaceholder(value)) return false;
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 32 && surprise(value) >= 3 && /[a-f]/i.test(value);
  if (!/^[A-Za-z0-9+/=_.~!@#%^*-]+$/.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (UUID.test(value) || SLUG.test(value) || WORDY.test(value) || /^[./~]|:\/\/|^v?\d+\.\d+/.test(value)) return false;
  return surprise(value) >= (value.length < 24 ? 3.5 : 4);
}

/** Bits of surprise in each character of a text. */
export function surprise(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}
