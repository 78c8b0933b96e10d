// Folders that are hidden when a container runs, and how a recipe is moved out of them. Knows no rule.

import { isInside } from "../../commands/path-globs.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import type { Edit, Fix } from "../../types.ts";

/** The bind directory that a path is in; `below`: not the directory itself. Home directories count, whoever's they are. */
export function bindFolderOf(path: string, folders: readonly string[], below: boolean): string | undefined {
  const all = [...folders, "$HOME"].filter((folder) => folder !== "");
  return all.find((folder) => isInside(path, folder) && !(below && isSame(path, folder)));
}

// A mount point of its own is no hidden file.
function isSame(path: string, folder: string): boolean {
  return path.replace(/(?<!\/)\/+$/, "") === folder.replace(/(?<!\/)\/+$/, "");
}

/** A path that is named more often is moved by people. */
const MOST_PLACES = 50;

/** Moves a folder to /opt wherever the recipe names it; undefined where it would not be the same folder everywhere. */
export function moveFix(
  { source: { text } }: RecipeView,
  written: string,
  folders: readonly string[],
): Fix | undefined {
  const path = written.replace(/(?<!\/)\/+$/, "");
  const folder = ["~", "$HOME", "$" + "{HOME}", ...folders]
    .filter((one) => path.startsWith(`${one}/`))
    .sort((a, b) => b.length - a.length)[0];
  const rest = folder === undefined ? "" : path.slice(folder.length);
  if (!/^(\/[\w.+-]+)+$/.test(rest) || rest.includes("/..") || rest.startsWith("/.")) return undefined;
  const target = `/opt${rest}`;
  const places = occurrences(text, path);
  if (places.length === 0 || places.length > MOST_PLACES || occurrences(text, target).length > 0) return undefined;
  const edits = places.map((start): Edit => ({ range: { start, end: start + path.length }, text: target }));
  return { title: `move ${path} to ${target}`, safe: false, edits };
}

function occurrences(text: string, path: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(path); at >= 0 && found.length <= MOST_PLACES; at = text.indexOf(path, at + 1)) {
    const before = text[at - 1] ?? " ";
    const after = text[at + path.length] ?? " ";
    if (!/[\w./~$}-]/.test(before) && !/[\w.-]/.test(after)) found.push(at);
  }
  return found;
}
