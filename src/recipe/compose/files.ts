// The files that a recipe may name: only those that were given, by their path below the recipe's folder. A path out of it, an
// absolute one, or an address on the network is refused. Nothing is opened here: the caller's function is asked.

import { posix } from "node:path";
import type { SourceText } from "../../base/source.ts";
import type { Notebook, Spot } from "./notebook.ts";

export interface RecipeFiles {
  /** The file at a path relative to a folder; undefined when it is refused or not there, which is noted. */
  open(path: string, folder: string, spot: Spot): SourceText | undefined;
  /** The same, without a word when the file is not there. */
  peek(path: string, folder: string, spot: Spot): SourceText | undefined;
  /** The folder to which paths written in a file are relative. */
  folderOf(source: SourceText): string;
  /** A file as one whose paths are relative to another folder. */
  under(source: SourceText, folder: string): SourceText;
}

const MAX_FILES = 200;
const MAX_PATH = 1024;
const MAX_FILE = 2 * 1024 * 1024;

/** The files of a reading. */
export function openFiles(read: (path: string) => string | undefined, notebook: Notebook): RecipeFiles {
  const known = new Map<string, SourceText | undefined>();
  const folders = new WeakMap<SourceText, string>();
  const find = (path: string, spot: Spot): SourceText | undefined => {
    if (known.has(path)) return known.get(path);
    if (known.size >= MAX_FILES) {
      notebook.refuse(spot, `a recipe names at most ${MAX_FILES} files`);
      return undefined;
    }
    const text = read(path);
    const long = text !== undefined && text.length > MAX_FILE;
    if (long) notebook.refuse(spot, `${path} is longer than ${MAX_FILE / 1024 / 1024} MiB`);
    const source = text === undefined || long ? undefined : { name: path, text };
    known.set(path, source);
    return source;
  };
  const peek = (path: string, folder: string, spot: Spot) => {
    const whole = within(path, folder, spot, notebook);
    return whole === undefined ? undefined : find(whole, spot);
  };
  return {
    peek,
    open: (path, folder, spot) => {
      const whole = within(path, folder, spot, notebook);
      const source = whole === undefined ? undefined : find(whole, spot);
      if (whole !== undefined && source === undefined) {
        notebook.refuse(spot, `${whole} is not among the files that were sent`, "send it with the recipe");
      }
      return source;
    },
    folderOf: (source) => folders.get(source) ?? folderOfPath(source.name),
    under: (source, folder) => {
      const same = { ...source };
      folders.set(same, folder);
      return same;
    },
  };
}

/** The folder of a file's path; `.` for the recipe's own. */
export function folderOfPath(path: string): string {
  return posix.dirname(posix.normalize(path.replace(/^\/+/, "")));
}

/** A path relative to a folder as one below the recipe's folder; undefined when it leaves it, which is noted. */
export function within(path: string, folder: string, spot: Spot, notebook: Notebook): string | undefined {
  const refuse = (reason: string, hint: string) => {
    notebook.refuse(spot, `the file ${path.slice(0, 200)} ${reason}`, hint);
    return undefined;
  };
  if (path === "" || path.length > MAX_PATH || path.includes("\0"))
    return refuse("is no path", "write a relative path");
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || /^[^/@]+@[^/]+:/.test(path)) {
    return refuse("is not beside the recipe", "files from the network are not read: keep a copy beside the recipe");
  }
  if (path.startsWith("/") || path.startsWith("~")) {
    return refuse("is not below the recipe's folder", "only files that are sent with the recipe are read");
  }
  const whole = posix.normalize(posix.join(folder, path));
  if (whole === ".." || whole.startsWith("../")) {
    return refuse("leads out of the recipe's folder", "only files that are sent with the recipe are read");
  }
  return whole;
}
