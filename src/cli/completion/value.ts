// What may stand for a flag's value or a command's operand. Pure.

import type { TreeFlag } from "../command-tree.ts";

/** How a value is completed. */
export type ValueKind = "choices" | "directories" | "files" | "nothing";

/** The kind of a flag's value, by what the help calls it. */
export function valueKind({ value = "", choices }: TreeFlag): ValueKind {
  if (choices.length > 0) return "choices";
  if (/dir|folder/i.test(value)) return "directories";
  if (/file|path|spec|image|src|source|context|plan|key|overlay/i.test(value)) return "files";
  return "nothing";
}
