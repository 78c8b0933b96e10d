// Evaluates the value of an override as a POSIX shell would inside double quotes, without a shell. Quotes in the value
// stay quotes. What only a shell can do (command substitution, arithmetic, modified parameters) is told, not tried.

/** The value, or undefined when it takes a shell to find it. */
export function expandWord(text: string, lookup: (name: string) => string | undefined): string | undefined {
  let result = "";
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    const next = text[index + 1] ?? "";
    if (char === "`") return undefined;
    if (char === "\\" && next !== "" && '$`"\\\n'.includes(next)) {
      // POSIX 2.2.3: a backslash keeps its meaning only before these; with a newline both go.
      result += next === "\n" ? "" : next;
      index += 1;
    } else if (char === "$") {
      const parameter = readParameter(text.slice(index + 1));
      if (parameter === undefined) return undefined;
      result += parameter.length === 0 ? "$" : (lookup(parameter.name) ?? "");
      index += parameter.length;
    } else result += char;
  }
  return result;
}

interface Parameter {
  readonly name: string;
  /** Characters after the dollar sign; 0 when it stands for itself. */
  readonly length: number;
}

function readParameter(rest: string): Parameter | undefined {
  const plain = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9])/.exec(rest);
  if (plain) return { name: plain[0], length: plain[0].length };
  const braced = /^\{([A-Za-z_][A-Za-z0-9_]*)\}/.exec(rest);
  if (braced?.[1]) return { name: braced[1], length: braced[0].length };
  if (/^[({@*#?$!-]/.test(rest)) return undefined;
  return { name: "", length: 0 };
}

/** The word in single quotes, so that a shell takes it as it is. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The word in double quotes: a shell evaluates `$` and back-quotes in it, and quotes in it stay quotes. */
export function doubleQuoted(text: string): string {
  let inside = "";
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    const next = text[index + 1] ?? "";
    if (char === "\\") {
      // A lone backslash at the end would swallow the closing quote.
      inside += char + (next || "\\");
      index += 1;
      continue;
    }
    // Inside $(…) the quotes belong to the command.
    if (char === "$" && next === "(") depth += 1;
    else if (char === ")" && depth > 0) depth -= 1;
    inside += char === '"' && depth === 0 ? '\\"' : char;
  }
  return `"${inside}"`;
}
