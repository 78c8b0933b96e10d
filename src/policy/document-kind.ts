// What kind of text a file is, by its name and its first words.

import { recipeKind } from "../recipe/recipe-kind.ts";

/** Kinds of texts that practices look at; a script has run lines. */
export type DocumentKind = "dockerfile" | "definition" | "compose" | "script";

const BY_NAME: readonly (readonly [RegExp, DocumentKind])[] = [
  [/(^|[./_-])(dockerfile|containerfile)([._-][\w.-]+)?$/i, "dockerfile"],
  [/\.(def|singularity|apptainer)$|^(singularity|apptainer)(\.[\w.-]+)?$/i, "definition"],
  [/^(docker-)?compose([.-][\w.-]+)?\.ya?ml$|\.compose\.ya?ml$/i, "compose"],
  [/\.(sh|bash|sbatch|slurm|job|pbs|sl)$/i, "script"],
];

/** The kind of a file; undefined when it is none of these. */
export function documentKind(name: string, text: string): DocumentKind | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const named = BY_NAME.find(([pattern]) => pattern.test(base))?.[1];
  if (named !== undefined) return named;
  if (/\.ya?ml$/i.test(base)) return /^services:/m.test(text) ? "compose" : undefined;
  if (/^#!.*\b(ba|da|a|k|z)?sh\b/.test(text)) return "script";
  return base.includes(".") ? undefined : recipeKind(text);
}
