// What COPY --from and mounts take files from: STR004, STR005, STR017.

import { nearest } from "../../../base/nearest.ts";
import type { Range } from "../../../base/source.ts";
import { practice } from "../../practice.ts";
import { StageNames } from "../../recipe-view/base.ts";
import type { RecipeView, StageView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";

interface Source {
  readonly text: string;
  readonly range: Range;
  readonly stage: StageView;
}

/** Every `--from` of a Dockerfile whose value is known. */
function sourcesOf({ stages, kind }: RecipeView): readonly Source[] {
  if (kind !== "dockerfile") return [];
  return stages.flatMap((stage) =>
    stage.steps
      .filter(({ onBuild }) => !onBuild)
      .flatMap(({ copies, mounts }) => [
        ...copies.flatMap(({ from }) =>
          from?.resolved === undefined ? [] : [{ text: from.resolved, range: from.range, stage }],
        ),
        ...mounts.flatMap(({ from, range }) =>
          from === undefined || from.includes("$") ? [] : [{ text: from, range, stage }],
        ),
      ]),
  );
}

// A stage's own name hides those of stages above: a build looks names up when all stages are there.
function isOwn({ text, stage }: Source): boolean {
  return stage.name?.toLowerCase() === text.toLowerCase() || (/^\d+$/.test(text) && Number(text) === stage.index);
}

export const COPY_SOURCE = practice({
  id: "STR004",
  title: "Copies name a stage that is there",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "there is no stage {name} before this line",
  hint: "{advice}",
  why: "A build takes a name that no stage has for an image, and looks for it in a registry.",
  source: "ours",
  peers: ["DL3022"],
  checks: { recipe: ({ recipe }) => missing(recipe) },
  passes: [
    { shows: "--from=2", dockerfile: "FROM a\nFROM b\nFROM c\nFROM d\nCOPY --from=2 /x /x\n" },
    { shows: "an image", dockerfile: "FROM a\nCOPY --from=nginx:1.29 /x /x\nCOPY --from=ghcr.io/a/b /x /x\n" },
    { shows: "an image without tag", dockerfile: "FROM a\nCOPY --from=composer /x /x\n" },
    { shows: "a name in another case", dockerfile: "FROM a AS Build\nFROM b\nCOPY --from=BUILD /x /x\n" },
    { shows: "a variable that nobody knows", dockerfile: "FROM a\nARG S\nCOPY --from=$S /x /x\n" },
  ],
  fails: [
    {
      shows: "--from=3 with 3 stages",
      dockerfile: "FROM a\nFROM b\nFROM c\nCOPY --from=3 /x /x\n",
      expect: { line: 4, says: "no stage 3" },
    },
    {
      shows: "a mistyped name",
      dockerfile: "FROM a AS build\nFROM b\nCOPY --from=biuld /x /x\n",
      expect: { line: 3, says: "no stage biuld", certainty: "likely" },
    },
    { shows: "a later stage", dockerfile: "FROM a\nCOPY --from=tools /x /x\nFROM b AS tools\n", expect: { line: 2 } },
    {
      shows: "a mount",
      dockerfile: "FROM a AS deps\nFROM b\nRUN --mount=from=depz,target=/d x\n",
      expect: { line: 3 },
    },
  ],
});

// Names of stages, not of images.
const USUAL =
  /^(build|builder|builds|base|deps|dependencies|compile|compiler|final|prod|production|dev|test|stage\d*|install|installer)$/i;

// Names that a mistyped one is compared with.
const MOST_NAMES = 100;

function missing(recipe: RecipeView): readonly Hit[] {
  const last = new Map(recipe.stages.map(({ name, index }) => [name?.toLowerCase(), index]));
  const above = new StageNames<StageView>();
  let next = 0;
  return sourcesOf(recipe).flatMap((source) => {
    for (; next < source.stage.index; next++) above.add(recipe.stages[next] ?? source.stage);
    const { text, stage } = source;
    if (above.named(text) || isOwn(source) || text.toLowerCase() === "scratch") return [];
    return missingOne(recipe, source, (last.get(text.toLowerCase()) ?? -1) > stage.index);
  });
}

function missingOne(recipe: RecipeView, { text, range, stage }: Source, later: boolean): readonly Hit[] {
  const earlier = recipe.stages.slice(Math.max(0, stage.index - MOST_NAMES), stage.index);
  const near = nearest(
    text,
    earlier.flatMap(({ name }) => name ?? []),
  );
  if (/^\d+$/.test(text) || later) {
    const advice = later
      ? "move the stage that it names up"
      : `stages are counted from 0; there are ${stage.index} above`;
    return [{ fields: { name: text, advice }, range }];
  }
  const own = stage.name === undefined ? undefined : nearest(text, [stage.name]);
  if (/[/:@.]/.test(text) || (near === undefined && own === undefined && !USUAL.test(text))) return [];
  const advice =
    near === undefined ? "write the name of a stage above, or an image with its tag" : `did you mean ${near}?`;
  return [{ fields: { name: text, advice }, range, certainty: "likely" }];
}

export const NOT_FROM_ITSELF = practice({
  id: "STR005",
  title: "No stage copies from itself",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "stage {name} copies from itself",
  hint: "name another stage; files of the same stage are moved with RUN cp",
  why: "A stage cannot be its own source: it is not finished.",
  source: "ours",
  peers: ["DL3023", "DS-0006"],
  checks: {
    recipe: ({ recipe }) =>
      sourcesOf(recipe)
        .filter((source) => isOwn(source))
        .map(({ text, range }) => ({ fields: { name: text }, range })),
  },
  passes: [
    { shows: "another stage", dockerfile: "FROM x AS a\nFROM y AS b\nCOPY --from=a /x /x\n" },
    { shows: "a number above", dockerfile: "FROM x\nFROM y\nCOPY --from=0 /x /x\n" },
  ],
  fails: [
    { shows: "COPY --from=a in a", dockerfile: "FROM x AS a\nCOPY --from=A /x /x\n", expect: { line: 2 } },
    {
      shows: "by its number",
      dockerfile: "FROM x\nFROM y\nCOPY --from=1 /x /x\n",
      expect: { line: 3, says: "stage 1" },
    },
  ],
});

export const NOT_WHOLE_SYSTEM = practice({
  id: "STR017",
  title: "Stages give single paths, not their whole system",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "COPY --from={from} / / copies a whole file system",
  hint: "copy the paths that are needed",
  why: "Everything that the stage was to keep back, tools and caches and sources, comes along.",
  source: "ours",
  peers: ["DL3067"],
  checks: {
    recipe: ({ recipe }) =>
      recipe.stages
        .flatMap(({ steps }) => steps)
        .flatMap(({ copies, instruction }) =>
          copies
            .filter(
              ({ from, target, sources }) =>
                instruction && from && target === "/" && sources.some(({ text }) => isRoot(text)),
            )
            .map(({ from, range }) => ({ fields: { from: from?.text }, range })),
        ),
  },
  passes: [
    { shows: "the needed paths", dockerfile: "FROM x AS b\nFROM y\nCOPY --from=b /opt/x /opt/x\n" },
    { shows: "the context", dockerfile: "FROM x\nCOPY . /\n" },
  ],
  fails: [
    { shows: "/ /", dockerfile: "FROM x AS b\nFROM y\nCOPY --from=b / /\n", expect: { line: 3, says: "--from=b" } },
    { shows: "/* ./ in /", dockerfile: "FROM x AS b\nFROM scratch\nCOPY --from=b /* ./\n", expect: { line: 3 } },
  ],
});

function isRoot(text: string): boolean {
  return /^["']?\/(\.|\*|\.\/)?["']?$/.test(text);
}
