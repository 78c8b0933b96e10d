// The sections of a definition file's stage as steps, in the order in which they are carried out: `%pre`, `%setup`, `%files` and the
// rest as they stand.

import type { Problem, Range, SourceText } from "../../base/source.ts";
import type { Section } from "../../recipe/definition/ast.ts";
import {
  parseArgumentLines,
  parseFiles,
  parseLabelLines,
  scriptOptions,
  titleRange,
} from "../../recipe/definition/index.ts";
import { sectionScript } from "../../recipe/definition/script.ts";
import type { ExpansionWork } from "../../recipe/expansion-work.ts";
import { baseOf, type StageNames } from "./base.ts";
import type { Variables } from "./expansion.ts";
import { shellScript } from "./script.ts";
import { DEFAULT_SHELL, shellOf, shellOfShebang } from "./shell-of.ts";
import type { CopyView, PairView, ScriptPurpose, ScriptView, StageView, StepState, StepView } from "./types.ts";

/** What holds for all sections of a stage. */
export interface SectionScope {
  /** With the arguments put in. */
  readonly source: SourceText;
  /** The place in the file of a part of `source`. */
  at(range: Range): Range;
  /** The stages above. */
  readonly stages: StageNames<StageView>;
  readonly stage: StepView["stage"];
  /** What values of variables may cost. */
  readonly work: ExpansionWork;
  readonly problems: Problem[];
}

const PURPOSES: Readonly<Record<string, ScriptPurpose>> = {
  ...{ pre: "setup", setup: "setup", post: "build", environment: "environment", test: "test" },
  ...{ runscript: "entry", startscript: "start" },
  ...{ appinstall: "build", appenv: "environment", apprun: "entry", appstart: "start", apptest: "test" },
};

const FIRST = ["arguments", "pre", "setup", "files"];

/** The steps of a stage and the environment that its containers get. */
export function viewSections(
  sections: readonly Section[],
  scope: SectionScope,
): { readonly steps: readonly StepView[]; readonly environment: Variables } {
  const rank = ({ name }: Section) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const steps = [...sections].sort((a, b) => rank(a) - rank(b)).map((section) => stepOf(section, scope));
  const environment = new Map<string, string | undefined>();
  for (const step of steps)
    if (step.keyword === "environment")
      for (const script of step.scripts) for (const command of script.commands) gather(command, environment);
  return { steps, environment };
}

function gather(
  { name, assignments, words }: ScriptView["commands"][number],
  into: Map<string, string | undefined>,
): void {
  if (name === "") for (const one of assignments) if (into.has(one.name)) into.set(one.name, one.value);
  if (name !== "export") return;
  for (const { text, value } of words) {
    const match = /^(\w+)(=?)/.exec(text);
    if (match?.[1] !== undefined)
      into.set(match[1], match[2] === "=" ? value?.slice(match[0].length) : into.get(match[1]));
  }
}

function stepOf(section: Section, scope: SectionScope): StepView {
  const before = stateOf(section);
  return {
    stage: scope.stage,
    keyword: section.name,
    range: scope.at(section.range),
    keywordRange: scope.at(titleRange(section)),
    instruction: undefined,
    section,
    before,
    scripts: scriptOf(section, before, scope),
    copies: section.name === "files" || section.name === "appfiles" ? copiesOf(section, scope) : [],
    mounts: [],
    pairs: pairsOf(section, scope),
    onBuild: false,
  };
}

function stateOf(section: Section): StepState {
  const { interpreter } = scriptOptions(section);
  return { folder: "/", user: undefined, variables: new Map(), shell: interpreter ?? DEFAULT_SHELL };
}

function scriptOf(section: Section, before: StepState, scope: SectionScope): readonly ScriptView[] {
  const purpose = PURPOSES[section.name];
  if (purpose === undefined) return [];
  const { text, segments } = sectionScript(section);
  const shebang = /^\s*#!([^\n]*)/.exec(text)?.[1];
  const use = shebang !== undefined && purpose !== "build" ? shellOfShebang(shebang) : shellOf(before.shell);
  const { options } = scriptOptions(section);
  const more = shellOf(["sh", ...options]);
  // Apptainer runs the scripts of a build with -e.
  const errexit = use.errexit || more.errexit || purpose === "build" || purpose === "setup";
  return [
    shellScript(
      { text, segments },
      {
        ...{ purpose, range: scope.at(section.range), shell: use.shell, errexit, heredoc: false },
        pipefail: use.pipefail || more.pipefail,
        ...{
          variables: before.variables,
          folder: before.folder,
          problems: scope.problems,
          work: scope.work,
          at: scope.at,
        },
      },
    ),
  ];
}

function copiesOf(section: Section, { source, at, stages }: SectionScope): readonly CopyView[] {
  const { from, lines } = parseFiles(source.text, section);
  const named = { text: from ?? "", range: at(section.argsRange), agent: "docker", value: from, missing: [] };
  const base = from === undefined ? undefined : baseOf(named, stages);
  return lines.map(({ source: text, destination, range }) => ({
    range: at(range),
    sources: [{ text, range: at(range), remote: false, inline: false }],
    target: destination ?? text,
    written: { text: destination ?? text, range: at(range) },
    from: base,
  }));
}

function pairsOf(section: Section, { source, at }: SectionScope): readonly PairView[] {
  const { name, bodyRange } = section;
  if (name === "labels" || name === "applabels")
    return parseLabelLines(source.text, bodyRange).labels.map((one) => pairOf(one, at));
  if (name === "arguments") return parseArgumentLines(source.text, bodyRange).lines.map((one) => pairOf(one, at));
  return [];
}

function pairOf(
  one: { readonly name: string; readonly value: string; readonly range: Range },
  at: SectionScope["at"],
): PairView {
  const { name, value, range } = one;
  const valueRange = at({ start: Math.max(range.start, range.end - value.length), end: range.end });
  return {
    name,
    nameRange: at({ start: range.start, end: range.start + name.length }),
    value,
    valueRange,
    range: at(range),
  };
}
