// Which files are no longer where they were after a command: removed, moved away, or unpacked in place. Knows no rule.

import type { CommandView } from "../recipe-view/types.ts";
import { cutOptions } from "./options.ts";
import { expandBraces, resolvePath } from "./path-globs.ts";
import { type Removal, removals } from "./removals.ts";
import { plainText } from "./words.ts";

const CONSUMERS = /^(gunzip|gzip|bunzip2|bzip2|unxz|xz|unzstd|uncompress|unlzma|pigz|unpigz|zstd)$/;

// Every download asks the thousand commands behind it.
const KNOWN = new WeakMap<CommandView, readonly Removal[]>();

/** Paths that a command takes away from where they are. */
export function vanished(command: CommandView): readonly Removal[] {
  const paths = KNOWN.get(command) ?? vanishedBy(command);
  KNOWN.set(command, paths);
  return paths;
}

function vanishedBy(command: CommandView): readonly Removal[] {
  const { name = "" } = command;
  if (name === "mv") return sources(command);
  if (CONSUMERS.test(name)) return consumed(command);
  return removals(command);
}

/** No script of people has more commands between a file and its removal; hostile ones are not followed further. */
const REACH = 1000;

/** The commands that may take away what the one at a place made. */
export function following(commands: readonly CommandView[], at: number): readonly CommandView[] {
  return commands.slice(at + 1, at + 1 + REACH);
}

function sources(command: CommandView): readonly Removal[] {
  const line = cutOptions(command.words, { valued: ["-t", "--target-directory", "-S", "--suffix"] });
  const moved =
    line.flags.has("-t") || line.flags.has("--target-directory") ? line.operands : line.operands.slice(0, -1);
  return moved.flatMap((word) => removal(command, word));
}

function consumed(command: CommandView): readonly Removal[] {
  const line = cutOptions(command.words, { valued: ["-S", "--suffix", "-p", "-T", "-o"] });
  if (["-k", "--keep", "-c", "--stdout", "--to-stdout", "-t", "-l"].some((flag) => line.flags.has(flag))) return [];
  return line.operands.flatMap((word) => removal(command, word));
}

function removal(command: CommandView, word: CommandView["words"][number]): readonly Removal[] {
  return expandBraces(plainText(word)).map((text) => ({
    pattern: resolvePath(text, command.folder),
    recursive: false,
    range: word.range,
  }));
}
