// A path of somebody else's in a command that people are advised to copy. Knows no practice.

/** The text as one word of a shell: in quotes unless every character is harmless. */
export function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
