// ONBUILD instructions that a base image's author left in its configuration: text that becomes instructions of the stage.

import type { Located, SourceText } from "../../base/source.ts";
import type { Instruction } from "../../recipe/dockerfile/ast.ts";
import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import { failAt } from "./errors.ts";

/** An instruction with the text that it stands in. */
export interface Trigger {
  readonly instruction: Instruction;
  readonly source: SourceText;
}

// A trigger is an instruction without a stage: this line makes it a recipe.
const HEAD = "FROM scratch\n";

/** Parses the triggers of an image; `at` is the FROM that brought it. @throws E_ONBUILD */
export function parseTriggers(texts: readonly string[], image: string, at: Located): readonly Trigger[] {
  return texts.map((text) => {
    const source = { name: `ONBUILD of ${image}`, text: `${HEAD}${text}\n` };
    const { instructions, problems } = parseDockerfile(source);
    const [, instruction, ...more] = instructions;
    const why = problems[0]?.message ?? (more.length > 0 ? "it is more than one instruction" : "it is no instruction");
    if (problems.length > 0 || more.length > 0 || instruction === undefined || instruction.keyword === "FROM") {
      throw failAt("E_ONBUILD", at, { trigger: text, image, why });
    }
    return { instruction, source };
  });
}
