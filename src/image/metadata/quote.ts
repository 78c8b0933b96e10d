// One word of a shell script that stands for exactly the given text, in every shell that reads such scripts: dash, bash,
// busybox, and the interpreter inside Apptainer (mvdan.cc/sh).

/**
 * Single quotes, in which no character but the quote itself means anything. Three exceptions, all for the interpreter
 * inside Apptainer (seen in 1.4.5): it drops a carriage return before a newline even inside quotes, it joins lines at a
 * backslash before its newline, and in the value of an `export` it keeps the backslash of an escaped quote; so none of
 * these ever appears in the script's text.
 */
export function shellQuote(text: string): string {
  const parts = text
    .replaceAll("\0", "")
    .split(/(\r|'|(?<=\\)(?=\n))/)
    .filter((part) => part !== "");
  if (parts.length === 0) return "''";
  return parts.map(quotePart).join("");
}

function quotePart(part: string): string {
  if (part === "'") return `"'"`;
  if (part === "\r") return `"$(printf '\\r')"`;
  return `'${part}'`;
}
