// MongoDB's extended JSON (both versions) as plain values: numbers as numbers, times as seconds, object ids as hex. Pure.

const DEEPEST = 32;

/** The plain value of parsed extended JSON. @throws RangeError when it is nested too deep */
export function plainValue(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) throw new RangeError("it is nested too deep");
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && first[0].startsWith("$")) return special(first[0], first[1], depth);
  // fromEntries defines properties, so a key "__proto__" stays a key.
  return Object.fromEntries(entries.map(([key, item]) => [key, plainValue(item, depth + 1)]));
}

function special(name: string, value: unknown, depth: number): unknown {
  switch (name) {
    case "$oid":
    case "$symbol":
      return String(value);
    case "$numberInt":
    case "$numberLong":
    case "$numberDouble":
    case "$numberDecimal":
      return Number(value);
    case "$date":
      return secondsOf(value, depth);
    case "$undefined":
      return null;
    default:
      return { [name]: plainValue(value, depth + 1) };
  }
}

// A text in ISO 8601, milliseconds, or milliseconds as {"$numberLong": "…"}.
function secondsOf(value: unknown, depth: number): number {
  if (typeof value === "string") return Date.parse(value) / 1000;
  return Number(plainValue(value, depth + 1)) / 1000;
}
