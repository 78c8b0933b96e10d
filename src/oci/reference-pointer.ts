// Shows a person where in a text something is wrong: the text, and a caret under the column.

/** Two indented lines: the text, and a caret under the character at `column` (UTF-16 units, may be the end). */
export function pointer(text: string, column: number): string {
  const before = visible(text.slice(0, column));
  return `    ${visible(text)}\n    ${" ".repeat([...before].length)}^`;
}

// Control characters as escapes, so that the caret stays under its column and the terminal stays calm.
function visible(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    return `\\u{${c.charCodeAt(0).toString(16)}}`;
  });
}
