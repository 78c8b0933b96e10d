// Which paths a command writes, as far as its words say so: clones, downloads, unpacked archives, folders, copies, redirections,
// prefixes of installers. Knows no rule.

import type { Range } from "../../base/source.ts";
import type { CommandView, WordView } from "../recipe-view/types.ts";
import { downloads } from "./downloads.ts";
import { cutOptions, hasFlag, optionOf } from "./options.ts";
import { packageCommand } from "./package-commands.ts";
import { expandBraces, resolvePath } from "./path-globs.ts";
import { baseName, plainText } from "./words.ts";

export interface Write {
  /** Absolute where the folder is known; variables that are not known stay in it. */
  readonly path: string;
  readonly how: "clone" | "download" | "unpack" | "folder" | "copy" | "redirect" | "prefix";
  /** `path` itself is only the folder: names below it are not known. */
  readonly below: boolean;
  /** The word that says where; the command's name where no word does. */
  readonly range: Range;
  /** The path as it is written there, for edits; undefined where no word says it. */
  readonly word: WordView | undefined;
}

/** What a command writes. */
export function writes(command: CommandView): readonly Write[] {
  return [...redirects(command), ...fetches(command), ...byName(command), ...prefixes(command)];
}

function redirects(command: CommandView): readonly Write[] {
  return command.redirects
    .filter(({ operator, target }) => /^(>|>>|>\||&>|&>>)$/.test(operator) && !/^(\d|\/dev\/)/.test(plainText(target)))
    .map(({ target }) => write(command, target, "redirect"));
}

function write(command: CommandView, word: WordView, how: Write["how"], below = false): Write {
  return { path: resolvePath(plainText(word), command.folder), how, below, range: word.range, word };
}

function fetches(command: CommandView): readonly Write[] {
  return downloads(command).flatMap(({ file, tool, range }) => {
    if (file === undefined || file.startsWith("/dev/")) return [];
    const named = command.words.find(
      (word) => file.endsWith(plainText(word).replace(/(?<!\/)\/+$/, "")) && word.range !== range,
    );
    return [
      {
        path: file,
        how: tool === "git" ? "clone" : "download",
        below: false,
        range: named?.range ?? range,
        word: named,
      },
    ] as const;
  });
}

const COPIES = ["cp", "mv", "ln", "install", "rsync"];

function byName(command: CommandView): readonly Write[] {
  const { name } = command;
  if (name === "mkdir") return folders(command);
  if (name === "touch" || name === "tee") {
    const line = cutOptions(command.words, {
      valued: name === "touch" ? ["-d", "-r", "-t", "--date", "--reference"] : [],
    });
    return line.operands
      .filter((word) => !plainText(word).startsWith("/dev/"))
      .map((word) => write(command, word, "redirect"));
  }
  if (name !== undefined && COPIES.includes(name)) return copies(command);
  if (name === "tar" || name === "bsdtar") return unpacked(command);
  if (name === "unzip") {
    const folder = optionOf(cutOptions(command.words, { valued: ["-d", "-x", "-P"] }), "-d");
    return folderWrite(command, folder, "unpack");
  }
  return [];
}

function folders(command: CommandView): readonly Write[] {
  const line = cutOptions(command.words, { valued: ["-m", "--mode"] });
  return line.operands.flatMap((word) =>
    expandBraces(plainText(word)).map((path) => ({
      path: resolvePath(path, command.folder),
      how: "folder" as const,
      below: false,
      range: word.range,
      word,
    })),
  );
}

function copies(command: CommandView): readonly Write[] {
  const valued = ["-t", "--target-directory", "-m", "--mode", "-o", "--owner", "-g", "--group", "-S", "--suffix", "-e"];
  const line = cutOptions(command.words, {
    valued: command.name === "rsync" ? ["-e", "--exclude", "--include"] : valued,
  });
  if (command.name === "install" && hasFlag(line, "-d", "--directory")) {
    return line.operands.map((word) => write(command, word, "folder"));
  }
  const folder = optionOf(line, "-t", "--target-directory");
  if (folder) return folderWrite(command, folder, "copy");
  const last = line.operands.at(-1);
  if (!last || line.operands.length < 2) return [];
  const target = write(command, last, "copy");
  const [source] = line.operands;
  // Into a folder: the file has the source's name there.
  if (/\/$|(^|\/)\.$/.test(plainText(last)) && source && line.operands.length === 2) {
    const name = baseName(plainText(source));
    return [{ ...target, path: name === "" ? target.path : resolvePath(name, target.path), below: name === "" }];
  }
  return [target];
}

function folderWrite(
  command: CommandView,
  folder: { readonly text: string; readonly range: Range } | undefined,
  how: Write["how"],
): readonly Write[] {
  if (folder) {
    const word = command.words.find(({ range }) => range.start === folder.range.start);
    return [{ path: resolvePath(folder.text, command.folder), how, below: true, range: folder.range, word }];
  }
  if (command.folder === undefined) return [];
  return [{ path: command.folder, how, below: true, range: command.nameRange, word: undefined }];
}

function unpacked(command: CommandView): readonly Write[] {
  const [first] = command.words;
  const old = first && /^[a-zA-Z]+$/.test(plainText(first)) ? plainText(first) : "";
  const line = cutOptions(command.words, {
    valued: ["-C", "--directory", "-f", "--file", "--strip-components", "--exclude"],
  });
  const extracts = /x/.test(old) || hasFlag(line, "-x", "--extract", "--get");
  if (!extracts || hasFlag(line, "-O", "--to-stdout")) return [];
  return folderWrite(command, optionOf(line, "-C", "--directory"), "unpack");
}

function prefixes(command: CommandView): readonly Write[] {
  const words = command.words.map((word) => ({ word, text: plainText(word) }));
  const direct = words.flatMap(({ word, text }) => {
    const path =
      /^(?:--prefix=|-DCMAKE_INSTALL_PREFIX(?::PATH)?=|PREFIX=|prefix=|--installdir=|--toolkitpath=)(.+)$/.exec(
        text,
      )?.[1];
    return path === undefined ? [] : [prefix(command, word, path)];
  });
  return [...direct, ...separate(command)];
}

// `bash Miniconda3.sh -b -p DIR`, `conda create -p DIR`, `pip install --target DIR`.
function separate(command: CommandView): readonly Write[] {
  const call = packageCommand(command);
  const installer = /\.(sh|run|bin|bash)$/i;
  const script = command.name !== undefined && installer.test(command.name);
  const run =
    ["sh", "bash", "dash"].includes(command.name ?? "") &&
    command.words.some((word) => installer.test(plainText(word)));
  const names = call ? ["-p", "--prefix", "-t", "--target", "--install-dir", "--root"] : ["-p", "--prefix"];
  if (!script && !run && !(call && ["install", "create", "upgrade"].includes(call.action))) return [];
  // `--prefix=DIR` was taken already; system managers mean other things by these letters.
  if (call && !["pip", "conda", "mamba", "micromamba", "npm", "gem", "cargo"].includes(call.manager)) return [];
  return command.words.flatMap((word, index) => {
    const next = command.words[index + 1];
    return names.includes(plainText(word)) && next && /^[/~$.]/.test(plainText(next))
      ? [prefix(command, next, plainText(next))]
      : [];
  });
}

function prefix(command: CommandView, word: WordView, path: string): Write {
  return { path: resolvePath(path, command.folder), how: "prefix", below: true, range: word.range, word };
}
