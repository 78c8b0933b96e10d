// Where arithmetic ends. `$((` may also begin a command substitution with a subshell in it: the two closing parentheses
// tell which it is.

/**
 * The place of the `))` that closes arithmetic whose text begins at `start`; the text's end when nothing closes it;
 * undefined when the parentheses close one by one, so that it is none.
 */
export function arithmeticEnd(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === "'" || char === '"') at = closingQuote(text, at);
    else if (char === "(") depth++;
    else if (char === ")" && depth-- === 0) return text[at + 1] === ")" ? at : undefined;
  }
  return text.length;
}

// A quote without a partner is a plain character.
function closingQuote(text: string, start: number): number {
  const close = text.indexOf(text[start] ?? "", start + 1);
  return close < 0 ? start : close;
}
