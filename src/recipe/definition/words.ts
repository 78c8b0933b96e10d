// Words of a line as a shell would split it, as far as the sections' arguments need it: quotes, backslashes, comments.
// Patterns stay as they are; a quoted special character is told from a bare one by `literal`.

/** One word of a line. */
export interface LineWord {
  /** Without quotes. */
  readonly text: string;
  /** The same with every quoted character that means something in a pattern behind a backslash. */
  readonly pattern: string;
  /** Offset in the line, and of its end. */
  readonly start: number;
  readonly end: number;
}

/** A line split into words; `open` when a quote is not closed. */
export interface SplitLine {
  readonly words: readonly LineWord[];
  readonly open: boolean;
}

interface Building {
  text: string;
  pattern: string;
  readonly start: number;
}

const PATTERN_CHARACTERS = /[*?[\]{}()!@+|\\]/;

/** Splits a line. A `#` at the beginning of a word begins a comment. */
export function splitWords(line: string): SplitLine {
  const words: LineWord[] = [];
  let word: Building | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (quote === "" && /\s/.test(letter)) {
      if (word) words.push({ ...word, end: at });
      word = undefined;
      continue;
    }
    if (quote === "" && word === undefined && letter === "#") return { words, open: false };
    word ??= { text: "", pattern: "", start: at };
    if (letter === quote) quote = "";
    else if (quote === "" && (letter === "'" || letter === '"')) quote = letter;
    else if (letter === "\\" && quote !== "'" && at + 1 < line.length) add(word, line.charAt(++at), true);
    else add(word, letter, quote !== "");
  }
  if (word) words.push({ ...word, end: line.length });
  return { words, open: quote !== "" };
}

function add(word: Building, letter: string, quoted: boolean): void {
  word.text += letter;
  word.pattern += quoted && PATTERN_CHARACTERS.test(letter) ? `\\${letter}` : letter;
}
