// Paths as commands name them: resolved against a folder, compared with globs and braces. Variables that nobody knows count as
// text, so that equal spelling is equal. Knows no command.

import { fitsGlob } from "../glob.ts";

/** An absolute path without `.` and `..`; stays relative when the folder is not known. `~` is `$HOME`. */
export function resolvePath(path: string, folder: string | undefined): string {
  const text = path.replace(/^~(?=\/|$)/, "$HOME");
  if (/^[/$]/.test(text)) return tidy(text);
  return folder === undefined ? tidy(text) : tidy(`${folder}/${text}`);
}

function tidy(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && !/^(\.\.$|\$)/.test(parts.at(-1) ?? "")) parts.pop();
    // Above the root is the root; above what is not known is not known.
    else if (!path.startsWith("/")) parts.push(part);
  }
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}

/** The path is the folder, or in it. `$HOME` counts as `/root`, which it is in builds. */
export function isInside(path: string, folder: string): boolean {
  const [inner, outer] = [rooted(path), rooted(folder).replace(/(?<!\/)\/+$/, "")];
  return inner === outer || inner.startsWith(`${outer}/`);
}

function rooted(path: string): string {
  return path.replace(/^\$HOME(?=\/|$)/, "/root");
}

const MOST_PATTERNS = 64;

/** `a{b,c}d` → `abd`, `acd`; at most 64, and what is left of more of them stays as it is. */
export function expandBraces(pattern: string): readonly string[] {
  let patterns: readonly string[] = [pattern];
  for (;;) {
    const next = patterns.flatMap(expandFirst);
    if (next.length === patterns.length || next.length > MOST_PATTERNS) return patterns;
    patterns = next;
  }
}

function expandFirst(pattern: string): readonly string[] {
  const match = /(?<!\$)\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (!match) return [pattern];
  const head = pattern.slice(0, match.index);
  const tail = pattern.slice(match.index + match[0].length);
  return (match[1] ?? "").split(",").map((part) => `${head}${part}${tail}`);
}

/** A removed pattern takes this path with it: it names the path, or a folder above it. Relative ones fit by their last parts. */
export function coversPath(pattern: string, path: string): boolean {
  return expandBraces(pattern).some((each) => covers(rooted(each), rooted(path)));
}

function covers(pattern: string, path: string): boolean {
  const wanted = segments(pattern);
  const parts = segments(path);
  const absolute = pattern.startsWith("/") && path.startsWith("/");
  if (wanted.length === 0) return absolute && pattern === "/";
  const starts = absolute || /^\$/.test(pattern) ? [0] : range(parts.length);
  return starts.some((start) => wanted.every((glob, index) => fits(glob, parts[start + index])));
}

function segments(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

function fits(glob: string, part: string | undefined): boolean {
  if (part === undefined) return false;
  if (glob === part || glob === "*") return true;
  if (!/[?[]/.test(glob)) return fitsGlob(glob, part);
  // A regular expression with many stars takes its time; nobody writes such a glob.
  if (glob.split("*").length > 4 || part.length > 255) return false;
  const source = glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".")
    .replace(/\[!/g, "[^");
  try {
    return new RegExp(`^${source}$`, "s").test(part);
  } catch {
    // A bracket that is never closed stands for itself.
    return false;
  }
}
