// Documents as text. Names in images may hold what a terminal would obey: JSON escapes half of it by itself.

/** JSON for people and programs, every control character escaped. */
export function jsonText(document: object): string {
  const text = JSON.stringify(document, undefined, 2);
  return `${text.replace(/[\x7f-\x9f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}
