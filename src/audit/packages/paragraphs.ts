// Paragraphs of `Field: value` lines, as dpkg, Python and R write them (deb-control(5); RFC 822): a line that begins with a
// space goes on. Reads only the fields that are asked for.

/** Fields of one paragraph by their names as asked for; continuation lines are joined by newlines. */
export type Fields = ReadonlyMap<string, string>;

/** Every paragraph of a text, one by one. */
export function* paragraphs(text: string, wanted: ReadonlySet<string>): Generator<Fields> {
  for (let at = 0; at < text.length; ) {
    const { fields, next } = readParagraph(text, at, wanted);
    if (fields.size > 0) yield fields;
    at = next;
  }
}

/** The first paragraph: the headers of a text whose body follows after an empty line. */
export function firstParagraph(text: string, wanted: ReadonlySet<string>): Fields {
  return readParagraph(text, 0, wanted).fields;
}

function readParagraph(
  text: string,
  start: number,
  wanted: ReadonlySet<string>,
): { readonly fields: Fields; readonly next: number } {
  const fields = new Map<string, string>();
  let current: string | undefined;
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end);
    at = end + 1;
    if (line.trim() === "") return { fields, next: at };
    if (line[0] === " " || line[0] === "\t") {
      const value = current === undefined ? undefined : fields.get(current);
      if (current !== undefined && value !== undefined) fields.set(current, `${value}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 1 ? "" : line.slice(0, colon);
    current = wanted.has(name) && !fields.has(name) ? name : undefined;
    if (current !== undefined) fields.set(current, line.slice(colon + 1).trim());
  }
  return { fields, next: at };
}
