// Which services of a recipe are meant: those without profile, and those of an active one.

import { oneOrMoreWords } from "./collections.ts";
import { child, type Field, optional } from "./fields.ts";
import type { Notebook } from "./notebook.ts";

/** True when a service is to be deployed. */
export function isActive(service: Field, profiles: readonly string[], notebook: Notebook): boolean {
  const own = optional(child(service, "profiles"), oneOrMoreWords, notebook) ?? [];
  return own.length === 0 || profiles.includes("*") || own.some((profile) => profiles.includes(profile));
}
