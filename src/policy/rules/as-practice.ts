// Rules about the Dockerfile of a service that are practices, too: the practice looks, the rule has the words.

import { judgedWith } from "../judge-practices.ts";
import type { Practice } from "../practice.ts";
import { viewRecipe } from "../recipe-view/recipe-view.ts";
import type { Hit } from "../rule.ts";
import type { BuildSubject } from "../subjects.ts";

/** What a practice finds first in a service's Dockerfile; nothing where there is none. */
export function asPractice({ checks }: Practice, { dockerfile, policy }: BuildSubject): Hit | undefined {
  if (!dockerfile || !checks.recipe) return undefined;
  const recipe = viewRecipe(dockerfile.source, "dockerfile");
  const [hit] = [checks.recipe({ ...judgedWith(policy, {}), recipe }) ?? []].flat();
  return hit && { at: "/image", case: hit.case, fields: hit.fields };
}
