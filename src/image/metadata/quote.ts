// One word of a shell script that stands for exactly the given text, in every shell that reads such scripts: dash, bash,
// busybox, and the interpreter inside Apptainer (mvdan.cc/sh).

/**
 * Single quotes, in which no character but the quote itself means anything. Two exceptions, both for the interpreter
 * inside Apptainer: it drops a carriage return before a newline even inside quotes, and it joins lines at a backslash
 * before its newline; so neither pair ever appears in the script's text.
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
  if (part === "'") return "\\'";
  if (part === "\r") return `"$(printf '\\r')"`;
  return `'${part}'`;
}
