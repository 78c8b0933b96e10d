// Values that a conversion cannot know, inside otherwise known texts: variables of the base image, and build arguments
// without a default. They travel as marks and come out as `$NAME` in shell text and `{{ NAME }}` in a definition.

import { shellQuote } from "../../image/metadata/quote.ts";

// Private-use characters: no recipe has them, and quoting and cutting leave them alone.
const VARIABLE = /\uE000(\w+)\uE001/g;
const ARGUMENT = /\uE002(\w+)\uE003/g;

const VERBATIM = "\uE004";

/** A line of a section that must begin where it begins: it is never indented. */
export function verbatim(line: string): string {
  return `${VERBATIM}${line}`;
}

/** A line as it stands in a section. */
export function indented(line: string): string {
  if (line.startsWith(VERBATIM)) return line.slice(VERBATIM.length);
  return line === "" ? "" : `    ${line}`;
}

/** The mark of a variable whose value only the image knows. */
export function variableMark(name: string): string {
  return `\uE000${name}\uE001`;
}

/** The mark of a build argument that is given when the definition is built. */
export function argumentMark(name: string): string {
  return `\uE002${name}\uE003`;
}

/** True when a text holds variables that only the image knows. */
export function hasVariables(text: string): boolean {
  return text.search(VARIABLE) >= 0;
}

/** One word of a shell script inside a definition's section; plain words stay without quotes. */
export function shellWord(text: string): string {
  if (/^[\w./:@+,=-]+$/.test(text)) return text;
  const parts = text.split(VARIABLE);
  // Plain text around variables reads best as `"/opt/bin:$PATH"`.
  if (parts.length > 1 && parts.every((part, index) => index % 2 === 1 || /^[\w ./:@+,=-]*$/.test(part))) {
    const inner = parts.map((part, index) => {
      if (index % 2 === 0) return part;
      return /^\w/.test(parts[index + 1] ?? "") ? `\${${part}}` : `$${part}`;
    });
    return `"${inner.join("")}"`;
  }
  const words = parts.map((part, index) => {
    if (index % 2 === 1) return `"$${part}"`;
    return part === "" ? "" : sectionQuote(part);
  });
  return words.join("") || "''";
}

/** A text outside shell scripts; variables come out as shells write them, for people to see. */
export function plainText(text: string): string {
  return withArguments(text.replace(/\{\{(?=[ \t]*\w+[ \t]*\}\})/g, "{ {").replace(VARIABLE, "$$$1"));
}

/** A script that already is shell text, its arguments put in. */
export function withArguments(text: string): string {
  return text.replace(ARGUMENT, "{{ $1 }}");
}

/**
 * Quotes a text so that a section may hold it: no line of it begins a section or a stage, and nothing in it is taken for
 * an argument.
 */
function sectionQuote(text: string): string {
  const pieces = text.split(/(?<=\n)(?=[ \t]*(?:%|bootstrap[ \t]*:))|(?<=\{)(?=\{)/i);
  return withArguments(pieces.map(shellQuote).join(""));
}

/** True when a line of shell text would be taken for something else inside a section. */
export function misread(text: string): boolean {
  return /^[ \t]*(?:%|bootstrap[ \t]*:)/im.test(text) || /\{\{[ \t]*\w+[ \t]*\}\}/.test(text) || text.includes("\r");
}
