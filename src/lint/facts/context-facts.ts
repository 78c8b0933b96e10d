// What is in the folder that a recipe is built in. Reads below that folder only, whatever links lead out of it; never writes.

import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import type { SourceText } from "../../base/source.ts";
import type { ContextFacts } from "../../policy/practice-facts.ts";
import { rootOf } from "./git-facts.ts";

/** The facts of a recipe's build folder; undefined where it cannot be told which folder that is. */
export function contextFacts(source: SourceText, given: string | undefined): ContextFacts | undefined {
  const folder = given === undefined ? guessedFolder(source) : realOf(given);
  if (folder === undefined) return undefined;
  return {
    exists: (path) => found(folder, path),
    ignoreFile: ignoreFile(folder, source.name),
    read: (path) => beginning(folder, path),
  };
}

// A recipe in a folder of its own is built from there, or from the top of the repository: the files that it copies tell.
function guessedFolder({ name, text }: SourceText): string | undefined {
  const own = realOf(dirname(name));
  if (own === undefined) return undefined;
  const sources = copiedSources(text);
  if (sources.length === 0 || sources.some((path) => found(own, path))) return own;
  const above = foldersAbove(own).find((folder) => sources.some((path) => found(folder, path)));
  return above;
}

function foldersAbove(folder: string): readonly string[] {
  const root = rootOf(folder);
  const folders: string[] = [];
  if (root === undefined) return folders;
  for (let at = folder; at !== root && at !== dirname(at); ) {
    at = dirname(at);
    folders.push(at);
  }
  return folders;
}

// Enough for a guess; the recipe's parser reads them exactly.
function copiedSources(text: string): readonly string[] {
  const lines = text.matchAll(/^[ \t]*(?:COPY|ADD)[ \t]+(?!.*--from)((?:--\S+[ \t]+)*)([^\s[<$"'-]\S*)[ \t]+\S/gim);
  return [...lines].flatMap(([, , path = ""]) => (/^\w+:\/\/|^\.\/?$|\$/.test(path) ? [] : [path])).slice(0, 50);
}

function ignoreFile(folder: string, recipe: string): string | null {
  const names = [`${basename(recipe)}.dockerignore`, ".dockerignore", ".containerignore"];
  for (const name of names) {
    if (!existsSync(join(folder, name))) continue;
    const text = beginning(folder, name);
    if (text !== null) return text;
  }
  return null;
}

const MOST_BYTES = 64 << 10;

function beginning(folder: string, path: string): string | null {
  const real = realOf(join(folder, path));
  if (real === undefined || !isBelow(folder, real) || !statSync(real).isFile()) return null;
  try {
    const file = openSync(real, "r");
    try {
      const room = Buffer.alloc(MOST_BYTES);
      return room.subarray(0, readSync(file, room, 0, room.length, 0)).toString("utf8");
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function found(folder: string, path: string): boolean {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length > 64 || parts.includes("..")) return false;
  return matches(folder, parts, folder);
}

function matches(at: string, parts: readonly string[], root: string): boolean {
  const [first, ...rest] = parts;
  const real = realOf(at);
  if (real === undefined || !isBelow(root, real)) return false;
  if (first === undefined) return true;
  if (!/[*?[]/.test(first)) return matches(join(at, first), rest, root);
  const pattern = patternOf(first);
  return (
    pattern !== undefined && namesIn(real).some((name) => pattern.test(name) && matches(join(at, name), rest, root))
  );
}

// `*`, `?` and `[a-z]` of file names, as builders know them.
function patternOf(part: string): RegExp | undefined {
  const source = part.replace(/\[[^\]]{0,200}\]|[\s\S]/g, (piece) => {
    if (piece === "*") return "[^/]*";
    if (piece === "?") return "[^/]";
    if (piece.startsWith("[") && piece.length > 2) return `[${piece.slice(1, -1).replace(/[\\[\]]/g, "\\$&")}]`;
    return piece.replace(/[.+^${}()|\\[\]]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return undefined;
  }
}

const MOST_ENTRIES = 10_000;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, MOST_ENTRIES);
  } catch {
    return [];
  }
}

function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** A reader of files that a compose file names, below its folder only. */
export function readerOf(composeFile: string): (path: string) => string | undefined {
  const folder = realOf(dirname(composeFile));
  return (path) => {
    const real = folder === undefined ? undefined : realOf(join(folder, path));
    if (folder === undefined || real === undefined || !isBelow(folder, real)) return undefined;
    try {
      const { size } = statSync(real);
      return size > MOST_BYTES * 16 || !statSync(real).isFile() ? undefined : readFileSync(real, "utf8");
    } catch {
      return undefined;
    }
  };
}
