// Which variables a text uses, as `$NAME` or `${NAME…}`. Knows no quotes.

/** Names of the variables that a text uses. */
export function variablesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name));
}
