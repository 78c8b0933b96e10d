// What is wrong with the configuration of a node, as one failure that names everything with its line.

import { defineErrors } from "../base/errors.ts";
import type { Misfit } from "./misfit.ts";

const fail = defineErrors({
  E_NODE_CONFIG: {
    text: "the configuration of this node cannot be used\n{problems}",
    hint: "mend {file}; berth node check-config explains the rest of it",
    exit: 1,
  },
});

const SHOWN = 20;

/** `file:line: message; hint` */
export function problemLine(file: string, line: number | undefined, { message, hint }: Misfit): string {
  return `${file}${line === undefined ? "" : `:${line}`}: ${message}${hint ? `; ${hint}` : ""}`;
}

/** The failure E_NODE_CONFIG of these lines. */
export function nodeConfigError(file: string, lines: readonly string[]): Error {
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  return fail("E_NODE_CONFIG", { file, problems: [...lines.slice(0, SHOWN), ...more].join("\n") });
}
