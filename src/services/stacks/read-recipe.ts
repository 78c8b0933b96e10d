// A wish as its recipe's reader understands it: compose files today.

import { readStack } from "../../recipe/compose/index.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { StackWish } from "../types.ts";
import type { ReadRecipe } from "./types.ts";

/** Reads compose files; mistakes are notes of severity `error`, and then the spec is empty. */
export function readRecipe(wish: StackWish): ReadRecipe {
  const texts = new Map(wish.files.map(({ name, text }) => [name, text]));
  const { spec, places, notes, version } = readStack(
    wish.compose.map((name) => ({ name, text: texts.get(name) ?? "" })),
    {
      read: (path) => texts.get(path),
      variables: wish.variables,
      profiles: wish.profiles,
      tags: wish.tags,
      name: wish.name,
    },
  );
  return { spec: spec ?? nothing(wish), places, notes, version };
}

function nothing({ name, tags }: StackWish): StackSpec {
  return { name, tags, services: [], networks: [], volumes: [], secrets: [], configs: [] };
}
