// Which page an address means. Pure.

/** `/stacks/:stack/logs` with what stands for `:stack`. */
export interface Match {
  readonly pattern: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The first of the patterns that the path fits. */
export function matchPath(patterns: readonly string[], path: string): Match | undefined {
  for (const pattern of patterns) {
    const values = valuesOf(pattern, path);
    if (values) return { pattern, values };
  }
  return undefined;
}

function valuesOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const there = path.split("/");
  if (wanted.length !== there.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const found = there[index] ?? "";
    if (part.startsWith(":")) {
      const value = decoded(found);
      if (!value) return undefined;
      values[part.slice(1)] = value;
    } else if (part !== found) return undefined;
  }
  return values;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
