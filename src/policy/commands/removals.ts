// Which paths a command removes: rm, rmdir, unlink, `find … -delete`, `find … -exec rm`, `git clean`-like calls not. Knows no rule.

import type { Range } from "../../base/source.ts";
import type { CommandView } from "../recipe-view/types.ts";
import { cutOptions, hasFlag } from "./options.ts";
import { coversPath, expandBraces, resolvePath } from "./path-globs.ts";
import { plainText } from "./words.ts";

export interface Removal {
  /** Absolute where the folder is known; may have globs, and variables that are not known. */
  readonly pattern: string;
  /** Folders with all below them. */
  readonly recursive: boolean;
  readonly range: Range;
}

/** What a command removes. */
export function removals(command: CommandView): readonly Removal[] {
  if (command.name === "find") return found(command);
  if (!["rm", "rmdir", "unlink", "shred"].includes(command.name ?? "")) return [];
  const line = cutOptions(command.words, { valued: [] });
  const recursive = hasFlag(line, "-r", "-R", "--recursive");
  return line.operands.flatMap((word) =>
    expandBraces(plainText(word)).map((text) => ({
      pattern: resolvePath(text, command.folder),
      recursive,
      range: word.range,
    })),
  );
}

// `find A B -name X -delete`: what is below A and B; the last component of the name narrows it.
function found(command: CommandView): readonly Removal[] {
  const { words } = command;
  const texts = words.map(plainText);
  const first = texts.findIndex((text) => /^[-(!]/.test(text) && !/^-[HLPOD]/.test(text));
  const exec = texts.findIndex((text) => text === "-exec" || text === "-execdir");
  const deletes = texts.includes("-delete") || (exec >= 0 && /(^|\/)rm$/.test(texts[exec + 1] ?? ""));
  const piped = command.pipe.length > 1 && command.pipe.index + 1 < command.pipe.length;
  if (!deletes || piped) return [];
  const name = texts[texts.findIndex((text) => text === "-name" || text === "-iname") + 1];
  const named = texts.some((text) => text === "-name" || text === "-iname");
  const folders = words.slice(0, first < 0 ? words.length : first).filter((word) => !/^-/.test(plainText(word)));
  return folders.map((word) => {
    const base = resolvePath(plainText(word), command.folder);
    return { pattern: named ? `${base}/${name ?? "*"}` : `${base}/*`, recursive: true, range: word.range };
  });
}

/** One of the removals takes this path with it. */
export function isRemoved(path: string, gone: readonly Removal[]): boolean {
  return gone.some(({ pattern }) => coversPath(pattern, path));
}
