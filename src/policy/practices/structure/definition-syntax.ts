// What Apptainer cannot read of a definition file: STR011, STR012.

import { type Problem, positionOf } from "../../../base/source.ts";
import { resolveDefinition } from "../../../recipe/definition/index.ts";
import { isSectionName } from "../../../recipe/definition/vocabulary.ts";
import { practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";

function hitOf({ message, hint, range }: Problem, advice: string): Hit {
  return { fields: { what: message, advice: hint ?? advice }, range };
}

const TRAP = /such a line ends %/;

// As many as are told: the place of each is looked up in the whole file.
const MOST_PROBLEMS = 200;

interface Told {
  /** Of the file's own lines. */
  readonly problems: readonly Problem[];
  /** Build arguments that have no value here. */
  readonly open: readonly Problem[];
}

// Two practices ask for the same: it is found once for each view, and forgotten with it.
const TOLD = new WeakMap<RecipeView, Told>();

function toldOf({ recipe, facts }: RecipeSubject): Told {
  const known = TOLD.get(recipe);
  if (known) return known;
  const told = readAgain(recipe, facts.buildArguments ?? new Map());
  TOLD.set(recipe, told);
  return told;
}

function readAgain(recipe: RecipeView, given: ReadonlyMap<string, string>): Told {
  if (recipe.kind !== "definition") return { problems: [], open: [] };
  const { definition, place, problems } = resolveDefinition(recipe.source, given);
  const own = definition.problems
    .slice(0, MOST_PROBLEMS)
    .map((problem) => ({ ...problem, range: place(problem.range).range }));
  const byEnd = new Map(recipe.stages.flatMap(({ steps }) => steps.map((step) => [step.range.end, step] as const)));
  return {
    problems: own.map((problem) => quoteTrap(recipe, byEnd.get(problem.range.start), problem) ?? problem),
    open: problems.filter(({ message }) => WITHOUT_VALUE.test(message)),
  };
}

/** What the parser says of a definition file's own lines, in places of the file. */
function problemsOf(subject: RecipeSubject): readonly Problem[] {
  return toldOf(subject).problems;
}

const OPEN_QUOTE = /^the closing ['"] is missing$/;

/** An unknown section that begins where a script's quotes are still open was meant as a part of them. */
function quoteTrap(
  { source }: RecipeView,
  before: StepView | undefined,
  { message, range }: Problem,
): Problem | undefined {
  if (!message.startsWith("invalid section") || !before || !isSectionName(before.keyword)) return undefined;
  const quote = openQuote(before);
  if (!quote) return undefined;
  const line = positionOf(source.text, quote.range.start).line;
  return {
    range,
    message: `this line stands in quotes that begin at line ${line}, but such a line ends %${before.keyword}`,
    hint: "write the text with printf, and the percent sign as %%",
  };
}

function openQuote({ scripts }: StepView): Problem | undefined {
  return scripts.flatMap(({ tree }) => tree?.problems ?? []).find(({ message }) => OPEN_QUOTE.test(message));
}

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

export const KNOWN_SECTIONS = practice({
  id: "STR011",
  title: "Sections and headers of a definition file are known",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{what}",
  hint: "{advice}",
  why: "Apptainer refuses a definition file with a section or a header that it does not know.",
  source: "ours",
  peers: [],
  checks: {
    recipe: (subject) => {
      const problems = problemsOf(subject).filter(({ message }) => !TRAP.test(message));
      // A header that is mistyped is not missing.
      const missing = problems.some(({ message }) => /header/.test(message)) ? [] : missingHeaders(subject.recipe);
      return [
        ...problems.map((problem) => hitOf(problem, "see the list of sections in the documentation")),
        ...missing,
        ...withoutValue(subject),
      ];
    },
  },
  passes: [
    { shows: "%runscript", definition: `${HEAD}%runscript\n    exec x "$@"\n` },
    { shows: "scratch needs no From", definition: "Bootstrap: scratch\n\n%runscript\n    x\n" },
    {
      shows: "debootstrap neither",
      definition: "BootStrap: debootstrap\nOSVersion: focal\nMirrorURL: http://m/ubuntu/\n",
    },
  ],
  fails: [
    { shows: "%runscipt", definition: `${HEAD}%runscipt\n    x\n`, expect: { line: 4 } },
    { shows: "From is missing", definition: "Bootstrap: docker\n\n%post\n    x\n", expect: { says: "From" } },
    { shows: "Bootstrap is missing", definition: "From: debian:13.1\n\n%post\n    x\n", expect: { says: "Bootstrap" } },
    {
      shows: "a header that there is not",
      definition: `Bootstrap: docker\nForm: debian:13.1\n\n%post\n    x\n`,
      expect: { line: 2 },
    },
    {
      shows: "a build argument without a value",
      definition: "Bootstrap: docker\nFrom: {{ BASE }}\n\n%post\n    x\n",
      expect: { certainty: "unknown", line: 2, says: "BASE" },
    },
  ],
});

const WITHOUT_VALUE = /^build var (\S+) is not defined/;

/** Whoever builds gives them; until then nobody knows what stands there. */
function withoutValue(subject: RecipeSubject): readonly Hit[] {
  return toldOf(subject).open.flatMap(({ message, range }): readonly Hit[] => {
    const name = WITHOUT_VALUE.exec(message)?.[1];
    if (name === undefined) return [];
    const what = `the build argument ${name} has no value; give it by --build-arg`;
    return [{ case: "unknown", certainty: "unknown", fields: { what }, range }];
  });
}

const WITH_SOURCE = /^(docker|docker-archive|docker-daemon|oci|oci-archive|oras|library|shub|localimage)$/;

function missingHeaders({ definition, stages }: RecipeView): readonly Hit[] {
  return (definition?.stages ?? []).flatMap(({ headers }, index) => {
    if (headers.length === 0) return [];
    const range = stages[index]?.base.range;
    const has = (key: string) => headers.some((header) => header.key === key);
    const agent = headers.find(({ key }) => key === "bootstrap")?.value.toLowerCase() ?? "";
    const lacks = has("bootstrap") ? (WITH_SOURCE.test(agent) && !has("from") ? "From" : undefined) : "Bootstrap";
    if (lacks === undefined) return [];
    return [
      { fields: { what: `the header ${lacks} is missing`, advice: `write ${lacks}: above the first section` }, range },
    ];
  });
}

export const NO_PERCENT_LINES = practice({
  id: "STR012",
  title: "No line of a script begins with a percent sign by accident",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{what}",
  hint: "{advice}",
  why: "Apptainer begins a section at every line whose first word begins with %, wherever it stands.",
  source: "ours",
  peers: [],
  checks: {
    recipe: (subject) =>
      problemsOf(subject)
        .filter(({ message }) => TRAP.test(message))
        .map((problem) => hitOf(problem, "write the line with printf")),
  },
  passes: [
    { shows: "a percent sign inside a line", definition: `${HEAD}%post\n    cat > /x <<'E'\nx %y\nE\n` },
    { shows: "written by printf", definition: `${HEAD}%post\n    printf '%%packages\\n' > /x\n` },
  ],
  fails: [
    {
      shows: "%packages in a here-document",
      definition: `${HEAD}%post\n    cat > /x <<'E'\na\n%packages of the group\nb\nE\n`,
      expect: { line: 7 },
    },
    {
      shows: "%packages in quotes",
      definition: `${HEAD}%post\n    echo "a\n%packages of the group\nb" > /x\n`,
      expect: { line: 6, says: "quotes that begin at line 5" },
    },
  ],
});
