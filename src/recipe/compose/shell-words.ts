// One line of a command as the words that a shell would make of it (Compose's `command: "sh -c 'a b'"`), without anything else of a shell.

/** The words of a line; undefined when its quotes are not closed. */
export function splitCommand(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return undefined;
      word = (word ?? "") + line.slice(at + 1, end);
      at = end;
    } else if (char === '"') {
      const inner = doubleQuoted(line, at + 1);
      if (inner === undefined) return undefined;
      word = (word ?? "") + inner.text;
      at = inner.end;
    } else if (char === "\\") {
      at += 1;
      if (at >= line.length) return undefined;
      word = (word ?? "") + line[at];
    } else word = (word ?? "") + char;
  }
  return word === undefined ? words : [...words, word];
}

function doubleQuoted(line: string, from: number): { text: string; end: number } | undefined {
  let text = "";
  for (let at = from; at < line.length; at++) {
    const char = line[at] ?? "";
    if (char === '"') return { text, end: at };
    const next = line[at + 1];
    if (char === "\\" && next !== undefined && '"\\$`'.includes(next)) {
      text += next;
      at += 1;
    } else text += char;
  }
  return undefined;
}
