// A command line in one text, as words: for commands that Compose cuts itself.

import { splitCommand } from "../../recipe/compose/shell-words.ts";

/** The words; of a text whose quotes are not closed, its words at blanks. */
export function wordsOf(text: string): readonly string[] {
  return splitCommand(text) ?? text.split(/\s+/).filter(Boolean);
}
