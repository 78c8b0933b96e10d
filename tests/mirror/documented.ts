// What docs/mirror.md shows, for the tests to use as it stands: only hosts are others there, and TLS is left out.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/mirror.md"), "utf8");

/** The first example after these words, with each of these texts replaced. */
export function documented(after: string, replaced: Readonly<Record<string, string>>): string {
  const [, example] = /^```[a-z]*\n(.*?)^```$/ms.exec(PAGE.slice(PAGE.indexOf(after))) ?? [];
  if (!PAGE.includes(after) || example === undefined) throw new Error(`docs/mirror.md shows nothing after ${after}`);
  return Object.entries(replaced).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`docs/mirror.md has no ${from} after ${after}`);
    return text.replaceAll(from, to);
  }, example);
}

/** The words of each line of an example that is commands. */
export function documentedCommands(after: string): readonly (readonly string[])[] {
  const lines = documented(after, {}).split("\n");
  return lines.filter((line) => line !== "").map((line) => line.split(" "));
}
