// Finds values of secrets in a text, also in the disguises that programs put them in by themselves. For tests of everything
// that leaves the platform, and as a last look before it does.

export interface Leak {
  readonly name: string;
  /** `as it is`, `base64`, … */
  readonly form: string;
}

// Shorter values are in every text by chance.
const SHORTEST = 6;

/** The secrets whose values are in the text. */
export function leakedIn(text: string, secrets: ReadonlyMap<string, string>): readonly Leak[] {
  return [...secrets].flatMap(([name, value]) => {
    if (value.length < SHORTEST) return [];
    const form = formsOf(value).find(([, pattern]) => pattern.length >= SHORTEST && text.includes(pattern))?.[0];
    return form === undefined ? [] : [{ name, form }];
  });
}

function formsOf(value: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(value, "utf8");
  return [
    ["as it is", value],
    ["JSON", JSON.stringify(value).slice(1, -1)],
    ["percent-encoded", encodeURIComponent(value)],
    ["percent-encoded", percentEncoded(value)],
    ["hexadecimal", bytes.toString("hex")],
    ...[0, 1, 2].map((shift) => ["base64", base64Core(bytes, shift)] as const),
    ...[0, 1, 2].map(
      (shift) => ["base64", base64Core(bytes, shift).replaceAll("+", "-").replaceAll("/", "_")] as const,
    ),
  ];
}

// As forms do, which leave fewer characters as they are.
function percentEncoded(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

// The letters of base64 that depend on the value alone when `shift` bytes of something else stand before it.
function base64Core(bytes: Buffer, shift: number): string {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
  const text = padded.toString("base64").replace(/=+$/, "");
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor((padded.length * 8) / 6);
  return text.slice(first, last);
}
