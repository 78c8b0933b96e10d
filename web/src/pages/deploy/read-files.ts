// Reads files that somebody chose or dropped, as far as they are text and the server would take them.

import type { RecipeFile } from "../../api/types.ts";

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILES = 256;

/** What was read, and why not all. */
export interface Read {
  readonly read: readonly RecipeFile[];
  readonly problem: string | undefined;
}

/** Reads the files. Never throws. */
export async function readFiles(files: readonly File[]): Promise<Read> {
  if (files.length > MOST_FILES) return { read: [], problem: `A recipe has at most ${MOST_FILES} files.` };
  const read: RecipeFile[] = [];
  const problems: string[] = [];
  let room = MOST_BYTES;
  for (const file of files) {
    room -= file.size;
    const text = room < 0 ? undefined : await textOf(file);
    if (room < 0) problems.push(`${file.name} is too large: a recipe has at most 4 MiB.`);
    else if (text === undefined) problems.push(`${file.name} is no text.`);
    else read.push({ name: file.webkitRelativePath || file.name, text });
  }
  return { read, problem: problems.length > 0 ? problems.join(" ") : undefined };
}

async function textOf(file: File): Promise<string | undefined> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return text.includes("\0") ? undefined : text.replaceAll("\r\n", "\n");
  } catch {
    return undefined;
  }
}
