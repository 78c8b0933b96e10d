// The door: a recipe's text as practices see it. Pure, never throws; work grows with the text's length.

import type { SourceText } from "../../base/source.ts";
import type { RecipeKind } from "../../recipe/recipe-kind.ts";
import { viewDefinition } from "./definition.ts";
import { viewDockerfile } from "./dockerfile.ts";
import type { RecipeView } from "./types.ts";

/** Build arguments given by hand. */
export type GivenArguments = ReadonlyMap<string, string>;

/** The view of a Dockerfile or a definition file. */
export function viewRecipe(source: SourceText, kind: RecipeKind, given: GivenArguments = new Map()): RecipeView {
  return kind === "dockerfile" ? viewDockerfile(source, given) : viewDefinition(source, given);
}
