// What is executed: program and arguments from the command line, the image's ENTRYPOINT and CMD (spec/shifter.md 5.6). Pure.

import { fail } from "./errors.ts";
import type { BatchImage, ShifterRequest } from "./types.ts";

// Shifter consults $SHELL when it has cleared it already; scripts have come to rely on what that gives.
const SHELL = "/bin/sh";

/** argv; at least one word. @throws E_SHIFTER_ENTRYPOINT */
export function programWords(
  { entrypoint, words }: Pick<ShifterRequest, "entrypoint" | "words">,
  image: Pick<BatchImage, "entrypoint" | "cmd">,
): readonly [string, ...string[]] {
  const [first, ...others] = withEntrypoint(entrypoint, words, image);
  return first === undefined ? [SHELL] : [first, ...others];
}

function withEntrypoint(
  entrypoint: ShifterRequest["entrypoint"],
  words: readonly string[],
  image: Pick<BatchImage, "entrypoint" | "cmd">,
): readonly string[] {
  if (entrypoint.kind === "none") return words;
  if (entrypoint.kind === "given") return [entrypoint.program, ...words];
  if (image.entrypoint.length === 0) throw fail("E_SHIFTER_ENTRYPOINT");
  return [...image.entrypoint, ...(words.length > 0 ? words : image.cmd)];
}
