// What the context takes along: LAY004.

import { BerthError } from "../../../base/errors.ts";
import { parseDockerignore } from "../../../recipe/dockerignore.ts";
import { practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";
import { copiesContext } from "./whole-context.ts";

const context = (ignoreFile: string | null) => ({ context: { exists: () => true, ignoreFile } });
const COPIES = "FROM debian:13.1\nCOPY . /app\n";

export const IGNORE_FILE = practice({
  id: "LAY004",
  title: "An ignore file keeps .git and data out of the context",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "the whole context is copied, and no .dockerignore leaves .git and data out",
  hint: "write a .dockerignore beside the recipe with .git and the folders of data",
  why: "The history of the source holds whatever was ever committed, and data make the image large.",
  source: "Spin: Building images",
  peers: ["CopyIgnoredFile"],
  cases: {
    incomplete: {
      message: "the whole context is copied, and .dockerignore does not leave .git out",
      hint: "add the line .git to .dockerignore",
    },
  },
  checks: { recipe: hitOf },
  passes: [
    { shows: "an ignore file with .git", dockerfile: COPIES, facts: context(".git\ndata/\n") },
    { shows: "one that lets little in", dockerfile: COPIES, facts: context("*\n!src\n") },
    { shows: "single files are copied", dockerfile: "FROM debian:13.1\nCOPY main.py /app/\n" },
    { shows: "left out by a flag", dockerfile: "FROM debian:13.1\nCOPY --exclude=.git . /app\n", facts: context(null) },
  ],
  fails: [
    { shows: "no ignore file", dockerfile: COPIES, facts: context(null), expect: { line: 2 } },
    { shows: "one without .git", dockerfile: COPIES, facts: context("data/\n"), expect: { case: "incomplete" } },
    { shows: "nobody looked", dockerfile: COPIES, expect: { certainty: "unknown" } },
  ],
});

function hitOf({ recipe, facts }: RecipeSubject): Hit | undefined {
  const copy = allSteps(recipe).find((step) => copiesContext(step) && !excludesGit(step));
  if (!copy) return undefined;
  if (!facts.context) return { ...unknown("what the .dockerignore of the context leaves out"), range: copy.range };
  const { ignoreFile } = facts.context;
  if (ignoreFile === null) return { range: copy.range };
  return ignoresGit(ignoreFile) ? undefined : { case: "incomplete", range: copy.range };
}

function excludesGit({ instruction }: StepView): boolean {
  return (
    instruction?.flags.some(({ name, value }) => name === "exclude" && /^(\*\*\/|\.\/)?\.git\/?$/.test(value ?? "")) ??
    false
  );
}

function ignoresGit(text: string): boolean {
  try {
    return parseDockerignore({ name: ".dockerignore", text }).ignored(".git");
  } catch (cause) {
    // A pattern that the build refuses leaves nothing out.
    if (cause instanceof BerthError) return false;
    throw cause;
  }
}
