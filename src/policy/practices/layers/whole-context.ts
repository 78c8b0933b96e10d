// Which instructions copy the whole context of a build. Knows no rule.

import type { StepView } from "../../recipe-view/types.ts";

/** True for `COPY .`, `ADD ./`, `COPY *` from the context. */
export function copiesContext({ copies, instruction, onBuild }: StepView): boolean {
  if (onBuild || !instruction) return false;
  return copies.some(
    ({ from, sources }) =>
      from === undefined && sources.some(({ text, inline, remote }) => !inline && !remote && isWhole(text)),
  );
}

function isWhole(text: string): boolean {
  return /^(\.?\/?|\.?\/?\.\/?|\.?\/?\*{1,2})$/.test(text.replace(/["']/g, "")) && text !== "";
}
