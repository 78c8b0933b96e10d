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

/** One mistake and where it stands. */
export interface NodeProblem extends Pick<Misfit, "message" | "hint"> {
  /** Undefined: of no line. */
  readonly line: number | undefined;
}

/** `file:line: message; hint` */
export function problemLine(file: string, { line, message, hint }: NodeProblem): string {
  return `${file}${line === undefined ? "" : `:${line}`}: ${message}${hint ? `; ${hint}` : ""}`;
}

/** The failure E_NODE_CONFIG of these mistakes, in the order of the file. */
export function nodeConfigError(file: string, problems: readonly NodeProblem[]): Error {
  const inOrder = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const shown = inOrder.slice(0, SHOWN).map((problem) => problemLine(file, problem));
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  return fail("E_NODE_CONFIG", { file, problems: [...shown, ...more].join("\n") });
}
