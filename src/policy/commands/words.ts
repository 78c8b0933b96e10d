// Words of commands as texts: what stands there with variables that nobody knows left in, in one spelling. So that a file that is
// fetched as `a-${V}.tgz` and removed as `"a-$V.tgz"` is the same file. Knows no command.

import type { CommandView, WordView } from "../recipe-view/types.ts";

/** The word without quotes; variables that are not known stay, written `$NAME`. */
export function plainText(word: WordView): string {
  if (word.value !== undefined) return word.value;
  return word.text
    .replace(/\\\r?\n/g, "")
    .replace(/["']/g, "")
    .replace(/\\(.)/g, "$1")
    .replace(/\$\{(\w+)\}/g, "$$$1");
}

/** Stands for words that nobody knows: `$PACKAGES`, `$(cat list)`, `"$@"`. */
export function isOpen(word: WordView): boolean {
  return word.value === undefined && /^["']?[$`]/.test(word.text);
}

/** The command with other words behind its name, as for what `python -m` runs. */
export function renamed(command: CommandView, name: WordView, words: readonly WordView[]): CommandView {
  return { ...command, name: baseName(plainText(name)), nameRange: name.range, words };
}

/** The last part of a path. */
export function baseName(path: string): string {
  return (
    path
      .replace(/(?<!\/)\/+$/, "")
      .split("/")
      .at(-1) ?? ""
  );
}
