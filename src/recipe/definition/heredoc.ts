// Here-documents in the script of a section: which one is open at its end. Only as much shell as that needs; when in
// doubt a line opens nothing, and a document that is never closed is no document.

/** A here-document that a script's line begins. */
export interface OpenHeredoc {
  readonly delimiter: string;
  /** `<<-`: tabs before the delimiter do not count. */
  readonly stripTabs: boolean;
  /** Index of the line that begins it. */
  readonly line: number;
}

/** The here-document that is open behind the last of a script's lines; undefined when all are closed. */
export function openHeredoc(lines: readonly string[]): OpenHeredoc | undefined {
  const waiting: OpenHeredoc[] = [];
  for (const [index, line] of lines.entries()) {
    const current = waiting[0];
    if (current === undefined) for (const one of heredocsOf(line, index)) waiting.push(one);
    else if (closes(line, current)) waiting.shift();
  }
  return waiting[0];
}

/** True when the line ends the here-document. */
export function closes(line: string, { delimiter, stripTabs }: OpenHeredoc): boolean {
  return (stripTabs ? line.replace(/^\t+/, "") : line) === delimiter;
}

// Quoted words, comments and `<<<` are passed over; the delimiter of `<<` may be quoted itself.
const TOKEN =
  /'[^']*'|"(?:\\.|[^"\\])*"|\\.|(?:^|\s)#.*|<<<|\$\(\(.*?\)\)|<<(-?)[ \t]*('[^']*'|"[^"]*"|[A-Za-z0-9_.\\/+-]+)/g;

function heredocsOf(line: string, index: number): OpenHeredoc[] {
  return [...line.matchAll(TOKEN)].flatMap(([, dash, word]) =>
    word === undefined
      ? []
      : [
          {
            delimiter: word.replace(/^(['"])(.*)\1$/, "$2").replaceAll("\\", ""),
            stripTabs: dash === "-",
            line: index,
          },
        ],
  );
}
