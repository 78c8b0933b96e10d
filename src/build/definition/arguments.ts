// `--build-arg` and `--build-arg-file` of a definition build: the words of the command line as one table.

import { readFile } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { parseArgument, parseArgumentLines } from "../../recipe/definition/index.ts";
import { fail } from "./errors.ts";

/**
 * Values by name; a word of `--build-arg` wins over the file.
 * @throws E_DEFINITION_ARGUMENT, E_DEFINITION_ARGUMENT_FILE
 */
export async function buildArguments(
  words: readonly string[],
  file: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map(file === undefined ? [] : await fileArguments(file));
  for (const text of words) {
    const pair = parseArgument(text);
    if (pair === undefined) throw fail("E_DEFINITION_ARGUMENT", { text });
    values.set(pair.name, pair.value);
  }
  return values;
}

async function fileArguments(path: string): Promise<[string, string][]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw fail("E_DEFINITION_ARGUMENT_FILE", { path, why: reasonOf(cause) }, { cause });
  }
  const { lines, problems } = parseArgumentLines(text, { start: 0, end: text.length });
  if (problems[0]) throw fail("E_DEFINITION_ARGUMENT_FILE", { path, why: problems[0].message });
  return lines.map(({ name, value }) => [name, value]);
}
