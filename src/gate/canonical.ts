// One text for one value: keys sorted, tables (maps) as sorted pairs, what is undefined left out. The same value gives the same
// text on every machine, so that its hash names it; and the text can be read back. Knows no form of what it writes.

/** How a table is written among plain values. */
const TABLE = "$table";

/** The one text of a plain value with tables in it. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(plain(value)) ?? "null";
}

/** The value of such a text, tables as maps. @throws SyntaxError */
export function readCanonical(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, TABLE)) return value;
    return new Map((value as { readonly [TABLE]: readonly [string, unknown][] })[TABLE]);
  });
}

function plain(value: unknown): unknown {
  if (value instanceof Map)
    return {
      [TABLE]: [...(value as Map<string, unknown>)].sort(byKey).map(([key, entry]) => [key, plain(entry)]),
    };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byKey)
      .map(([key, entry]) => [key, plain(entry)]),
  );
}

// By code units: the order of a locale differs between machines.
function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
