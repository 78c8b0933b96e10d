// As whom containers of an image run: USR001, USR007.

import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps } from "../recipe-parts.ts";

export const NOT_ROOT = practice({
  id: "USR001",
  title: "Containers do not run as root",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "no USER: the container runs as root",
  hint: "end with USER and a number below 500, such as USER 499, after the files are made",
  why: "Whoever breaks out of a program of root is root of the container, and writes as root on what is mounted.",
  source: "N2.14",
  peers: ["DL3002", "DS-0002", "CIS-DI-0001"],
  controls: ["CIS 4.1", "NIST 800-190 4.4.3"],
  cases: {
    root: { message: "the last USER is {user}: the container runs as root" },
  },
  fix: "unsafe",
  checks: { recipe: ofRecipe, image: ofImage },
  passes: [
    { shows: "USER 499", dockerfile: 'FROM debian:13.1\nUSER 499\nCMD ["app"]\n' },
    { shows: "a variable", dockerfile: "FROM debian:13.1\nARG U=app\nUSER $NB_UID\n" },
    { shows: "a user of the stage below", dockerfile: "FROM debian:13.1 AS base\nUSER 499\nFROM base\nRUN id\n" },
    { shows: "definition files: the caller's own user counts", definition: "Bootstrap: docker\nFrom: debian:13.1\n" },
    { shows: "an image with a user", image: { config: exampleConfig({ user: "499:499" }) } },
    { shows: "image files: the caller's own user counts", image: { file: "sif", config: exampleConfig({ user: "" }) } },
  ],
  fails: [
    {
      shows: "none",
      dockerfile: 'FROM debian:13.1\nCMD ["app"]\n',
      expect: { line: 1, fixed: 'FROM debian:13.1\nUSER 499\nCMD ["app"]\n' },
    },
    {
      shows: "back to root",
      dockerfile: "FROM debian:13.1\nUSER app\nRUN x\nUSER root:root\n",
      expect: { case: "root", line: 4 },
    },
    { shows: "zero", dockerfile: "FROM debian:13.1\nUSER 0\n", expect: { case: "root" } },
    { shows: "an image without", image: { config: exampleConfig({ user: "" }) } },
    { shows: "an image of root", image: { config: exampleConfig({ user: "0:0" }) }, expect: { case: "root" } },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

function ofRecipe({ recipe }: RecipeSubject): Hit | undefined {
  const { chain, kind, source } = recipe;
  const stage = chain.at(-1);
  if (kind !== "dockerfile" || !stage) return undefined;
  const last = lastUser(finalSteps(recipe));
  if (!last) {
    const start = stepsBehindFiles(stage.steps) ?? stage.range.end;
    const text = start === stage.range.end ? "\nUSER 499" : "USER 499\n";
    const fix = { title: "add USER 499", safe: false, edits: [{ range: { start, end: start }, text }] };
    return { range: fromLine(source.text, stage.range.start), fix };
  }
  const { user, range } = last;
  return isRoot(user) ? { case: "root", fields: { user }, range } : undefined;
}

// In front of what says how the container starts.
function stepsBehindFiles(steps: readonly StepView[]): number | undefined {
  const first = steps.findIndex(({ keyword }) => keyword === "CMD" || keyword === "ENTRYPOINT");
  const after = steps.slice(first).some(({ keyword }) => keyword === "RUN" || keyword === "COPY" || keyword === "ADD");
  return first < 0 || after ? undefined : steps[first]?.range.start;
}

function fromLine(text: string, start: number) {
  const end = text.indexOf("\n", start);
  return { start, end: end < 0 ? text.length : end };
}

// Containers of an image file run as whoever starts them, whatever its configuration says.
function ofImage({ image: { config, file } }: AuditSubject): Hit | undefined {
  if (file !== undefined) return undefined;
  if (!config) return unknown("the configuration of the image");
  if (config.user === "") return {};
  return isRoot(config.user) ? { case: "root", fields: { user: config.user } } : undefined;
}

/** The last USER of steps. */
export function lastUser(steps: readonly StepView[]) {
  const step = steps.findLast(({ instruction }) => instruction?.keyword === "USER");
  if (step?.instruction?.keyword !== "USER") return undefined;
  const { word } = step.instruction;
  return { user: word.text.replace(/^(["'])(.*)\1$/, "$2"), range: word.range };
}

export const NUMERIC_USER = practice({
  id: "USR007",
  title: "The last USER is a number",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "the last USER is the name {user}, which a host may not know",
  hint: "write its numbers: USER 499:499",
  why: "A name is looked up in the image's own passwd; hosts and orchestrators check numbers only.",
  source: "N2.14",
  peers: ["DL3066"],
  checks: {
    recipe: ({ recipe }) => {
      const last = recipe.kind === "dockerfile" ? lastUser(finalSteps(recipe)) : undefined;
      return last && isName(last.user) ? { fields: { user: last.user }, range: last.range } : undefined;
    },
    image: ({ image: { config, file } }) => {
      if (file !== undefined) return undefined;
      if (!config) return unknown("the configuration of the image");
      return isName(config.user) ? { fields: { user: config.user } } : undefined;
    },
  },
  passes: [
    { shows: "numbers", dockerfile: "FROM debian:13.1\nUSER app\nRUN x\nUSER 499:499\n" },
    { shows: "a variable", dockerfile: "FROM debian:13.1\nUSER $U\n" },
    { shows: "root, which every host knows", dockerfile: "FROM debian:13.1\nUSER root\n" },
    { shows: "an image with numbers", image: { config: exampleConfig({ user: "499" }) } },
    { shows: "image files", image: { file: "sif", config: exampleConfig({ user: "app" }) } },
  ],
  fails: [
    { shows: "a name", dockerfile: "FROM debian:13.1\nUSER app\n", expect: { line: 2, says: "the name app" } },
    { shows: "an image with a name", image: { config: exampleConfig({ user: "app:app" }) } },
  ],
});

function isRoot(user: string): boolean {
  const [name = ""] = user.split(":");
  return name === "root" || /^0+$/.test(name);
}

function isName(user: string): boolean {
  const [name = ""] = user.split(":");
  return /^[a-z_][\w.-]*$/i.test(name) && name !== "root";
}
