// Where a character of a line is seen in a font whose letters all have one width. Pure.

const TAB = 8;

/** How many letter widths stand before the column (from 1) of the line. */
export function widthBefore(line: string, column: number): number {
  let width = 0;
  for (const letter of line.slice(0, column - 1)) {
    width += letter === "\t" ? TAB - (width % TAB) : isWide(letter) ? 2 : 1;
  }
  return width;
}

// East Asian letters and pictures take the room of two.
function isWide(letter: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    letter,
  );
}

/** Line and column (from 1) of a place in a text, as a place between its characters. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  return Math.min(start + column - 1, end < 0 ? text.length : end);
}
