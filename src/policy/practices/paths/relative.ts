// Paths that do not depend on what stands above: PTH006, PTH007.

import { practice } from "../../practice.ts";
import { absolute } from "../../recipe-view/expansion.ts";
import type { RecipeView, StageView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { debian } from "../packages/calls.ts";
import { allSteps } from "../recipe-parts.ts";
import { workdirPath } from "./workdir.ts";

export const ABSOLUTE_WORKDIR = practice({
  id: "PTH006",
  title: "WORKDIR is absolute",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "WORKDIR {path} depends on the WORKDIR above it, or on the base's",
  hint: "write {absolute}",
  why: "When the base or a line above changes, all files go somewhere else.",
  source: "ours",
  peers: ["DL3000", "DS-0009", "WorkdirRelativePath"],
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => relativeHits(recipe, step)) },
  passes: [
    { shows: "absolute", dockerfile: debian("WORKDIR /opt/app") },
    { shows: "by a variable", dockerfile: debian("ENV D=/opt", "WORKDIR $D/app", 'WORKDIR "/srv"') },
    { shows: "not known", dockerfile: debian("ARG D", "WORKDIR $D") },
    { shows: "Windows", dockerfile: debian("WORKDIR C:\\\\app") },
  ],
  fails: [
    { shows: "app", dockerfile: debian("WORKDIR app"), expect: { fixed: debian("WORKDIR /opt/app") } },
    {
      shows: "below the one above",
      dockerfile: debian("WORKDIR /srv", "WORKDIR app/src"),
      expect: { line: 3, fixed: debian("WORKDIR /srv", "WORKDIR /srv/app/src") },
    },
    {
      shows: "a folder of the root",
      dockerfile: debian("WORKDIR opt/tool"),
      expect: { fixed: debian("WORKDIR /opt/tool") },
    },
    { shows: "the same", dockerfile: debian("WORKDIR ./usr"), expect: { fixed: debian("WORKDIR /usr") } },
    {
      shows: "below the one above by its name",
      dockerfile: debian("WORKDIR /srv", "WORKDIR opt"),
      expect: { fixed: debian("WORKDIR /srv", "WORKDIR /srv/opt") },
    },
    { shows: "a variable at the end", dockerfile: debian("ARG D", "WORKDIR app/$D") },
  ],
});

function relativeHits({ dockerfile }: RecipeView, { instruction, before }: StepView): readonly Hit[] {
  if (instruction?.keyword !== "WORKDIR" || !dockerfile) return [];
  const { text, range } = instruction.word;
  const value = workdirPath(text, before.variables);
  const path = value ?? text.replace(/^["']/, "");
  if (/^([/$\\]|[A-Za-z]:)/.test(path)) return [];
  const target = absolute(path, before.folder ?? usualFolder(path)) ?? "/opt";
  const plain = /^[\w./-]+$/.test(text);
  const fix = plain ? { title: `write ${target}`, safe: false, edits: [{ range, text: target }] } : undefined;
  return [{ fields: { path, absolute: target }, range, fix }];
}

// Of most bases the working folder is `/`: what names a folder that stands there means that one.
function usualFolder(path: string): string {
  return /^(\.{0,2}\/)*(opt|usr|srv|var|home|root|etc|mnt|media|tmp|run|lib|bin)(\/|$)/.test(path) ? "/" : "/opt";
}

export const KNOWN_DESTINATION = practice({
  id: "PTH007",
  title: "A relative destination stands below a WORKDIR",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{keyword} to {path}, but no WORKDIR says where that is",
  hint: "write an absolute destination, such as /opt/{name}, or set WORKDIR first",
  why: "It depends on the base's working directory, which may change.",
  source: "ours",
  peers: ["DL3045", "WorkdirRelativePath"],
  checks: {
    recipe: ({ recipe }) => {
      // Stages that set WORKDIR, and those on them: a stage stands above those that are built from it.
      const based = new WeakSet<StageView>();
      return recipe.stages.flatMap((stage) => relativeCopies(stage, based));
    },
  },
  passes: [
    { shows: "absolute", dockerfile: debian("COPY a /opt/b") },
    { shows: "below a WORKDIR", dockerfile: debian("WORKDIR /opt", "COPY a b") },
    { shows: "of the stage below", dockerfile: "FROM debian:13.1 AS a\nWORKDIR /opt\nFROM a\nCOPY . .\n" },
    { shows: "not known", dockerfile: debian("ARG D", "COPY a $D/") },
  ],
  fails: [
    { shows: "COPY a b", dockerfile: debian("COPY a b"), expect: { line: 2, says: "COPY to b" } },
    { shows: "COPY . .", dockerfile: debian("COPY . ."), expect: { line: 2 } },
    { shows: "before WORKDIR", dockerfile: debian("ADD a.tgz ./", "WORKDIR /opt"), expect: { says: "ADD" } },
    {
      shows: "the WORKDIR of another stage",
      dockerfile: "FROM debian:13.1 AS a\nWORKDIR /opt\nFROM debian:13.1\nCOPY --from=a x x\n",
    },
  ],
});

function relativeCopies(stage: StageView, based: WeakSet<StageView>): readonly Hit[] {
  const below = stage.base.stage;
  const isBased = below !== undefined && based.has(below);
  if (isBased || hasWorkdir(stage)) based.add(stage);
  if (isBased) return [];
  const end = stage.steps.findIndex(({ keyword, onBuild }) => keyword === "WORKDIR" && !onBuild);
  const open = end < 0 ? stage.steps : stage.steps.slice(0, end);
  return open
    .filter(({ instruction }) => instruction !== undefined)
    .flatMap(({ keyword, copies, before }) =>
      copies.flatMap(({ written: { text, range } }) => {
        const path = text.replace(/^["']|["']$/g, "");
        const variable = /^\$\{?(\w+)/.exec(path)?.[1];
        const value = variable === undefined ? path : before.variables.get(variable);
        if (value === undefined || /^([/\\]|[A-Za-z]:)/.test(value)) return [];
        const name = path.replace(/^[./]+|(?<!\/)\/+$/g, "") || "app";
        return [{ fields: { keyword, path, name }, range }];
      }),
    );
}

function hasWorkdir({ steps }: StageView): boolean {
  return steps.some(({ keyword, onBuild }) => keyword === "WORKDIR" && !onBuild);
}
