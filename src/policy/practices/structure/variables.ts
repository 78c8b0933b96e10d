// Variables of Dockerfiles that have no value where they are used: STR014.

import { BerthError } from "../../../base/errors.ts";
import { nearest } from "../../../base/nearest.ts";
import type { Range } from "../../../base/source.ts";
import type { Instruction } from "../../../recipe/dockerfile/ast.ts";
import { expandWord } from "../../../recipe/dockerfile/expand.ts";
import { practice } from "../../practice.ts";
import type { BaseView, RecipeView, StageView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { written } from "../recipe-parts.ts";

export const VARIABLES = practice({
  id: "STR014",
  title: "Variables have a value where they are used",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "{name} has no value in {instruction}",
  hint: "{advice}",
  why: "A build puts nothing in its place, and the path or name goes on without it.",
  source: "ours",
  peers: ["UndefinedVar"],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => [...bases(recipe), ...inSteps(recipe)],
  },
  passes: [
    { shows: "$PATH", dockerfile: "FROM x\nENV PATH=/opt/bin:$PATH\n" },
    { shows: "an argument", dockerfile: `ARG T=1\nFROM x:$T\nARG D\nCOPY a $D/\nWORKDIR /\${D:-x}\n` },
    { shows: "a default", dockerfile: `FROM x\nCOPY a \${D:-/opt}/\n` },
    { shows: "escaped and single-quoted", dockerfile: "FROM x\nENV A=\\$B C='$D'\n" },
    {
      shows: "of the platform",
      dockerfile: "FROM --platform=$BUILDPLATFORM x\nARG TARGETARCH\nCOPY a-$TARGETARCH /a\n",
    },
    { shows: "of the stage below", dockerfile: "FROM x AS a\nENV D=/d\nFROM a\nCOPY a $D/\n" },
    { shows: "a list that goes on", dockerfile: "FROM x\nENV LD_LIBRARY_PATH=/l:$LD_LIBRARY_PATH\n" },
    { shows: "in a shell", dockerfile: "FROM x\nRUN echo $D\n" },
    { shows: "of a well-known base", dockerfile: "FROM nvidia/cuda:12\nENV X=$CUDA_HOME/bin\n" },
  ],
  fails: [
    {
      shows: "$PAHT",
      dockerfile: "FROM x\nENV PATH=/opt/bin:$PAHT\n",
      expect: { line: 2, says: "PAHT has no value in ENV", fixed: "FROM x\nENV PATH=/opt/bin:$PATH\n" },
    },
    { shows: "declared before FROM only", dockerfile: "ARG D=/d\nFROM x\nCOPY a $D/\n", expect: { line: 3 } },
    {
      shows: "set by the same ENV",
      dockerfile: "FROM x\nENV A=/a B=$A/b\n",
      expect: { line: 2, says: "A has no value" },
    },
    {
      shows: "in FROM",
      dockerfile: "ARG TAG=1\nFROM x:$TGA\n",
      expect: { line: 2, fixed: "ARG TAG=1\nFROM x:$TAG\n" },
    },
    { shows: "in COPY", dockerfile: `FROM x\nCOPY \${SRC_DIR}/ ./\n`, expect: { line: 2 } },
  ],
});

// What bases are known to set; those of one program begin with its name.
const OF_BASES =
  /^(PATH|HOME|HOSTNAME|TERM|LANG|LC_ALL|SHELL|LD_LIBRARY_PATH|LIBRARY_PATH|PYTHONPATH|PKG_CONFIG_PATH|MANPATH|CPATH|CMAKE_PREFIX_PATH|INCLUDE|JAVA_HOME|CATALINA_HOME|GOPATH|GOROOT|CARGO_HOME|RUSTUP_HOME|GEM_HOME|NB_(USER|UID|GID)|PGDATA|(CONDA|MAMBA|CUDA|NVIDIA|NV|R|RSTUDIO|JULIA|PYTHON|NODE|YARN|NGINX|PHP|RUBY|POSTGRES|PG|MYSQL|SPACK|INTEL|MKL|OMPI|MPI|NVHPC|PIP|POETRY|UV|S6|SPARK|HADOOP|FOAM|WM)_\w+)$/;
const OF_BUILDS =
  /^(BUILD|TARGET)(PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$|^(HTTPS?|FTP|NO|ALL)_PROXY$|^SOURCE_DATE_EPOCH$/i;

type Known = Pick<ReadonlyMap<string, unknown>, "has" | "keys">;

interface Place {
  readonly text: string;
  readonly range: Range;
}

// As many as are told; each is compared with so many names, and a hostile recipe has a hundred thousand of both.
const MOST_HITS = 200;
const MOST_NAMES = 200;

function bases(recipe: RecipeView): readonly Hit[] {
  if (!recipe.dockerfile) return [];
  const globals = new Set<string>();
  for (const instruction of recipe.dockerfile.instructions) {
    if (instruction.keyword === "FROM") break;
    if (instruction.keyword === "ARG") for (const { name } of instruction.pairs) globals.add(name.text);
  }
  const hits: Hit[] = [];
  for (const { base } of recipe.stages)
    if (hits.length < MOST_HITS) hits.push(...missing(recipe, base, globals, "FROM", () => false));
  return hits;
}

function inSteps(recipe: RecipeView): readonly Hit[] {
  const roots = new Map<StageView, BaseView>();
  const hits: Hit[] = [];
  for (const stage of recipe.stages) {
    const root = (stage.base.stage && roots.get(stage.base.stage)) ?? stage.base;
    roots.set(stage, root);
    for (const step of stage.steps) if (hits.length < MOST_HITS) hits.push(...inStep(recipe, root, step));
  }
  return hits;
}

function inStep(recipe: RecipeView, root: BaseView, { instruction, before, onBuild }: StepView): readonly Hit[] {
  if (!instruction || onBuild) return [];
  const known = before.variables;
  return placesOf(instruction).flatMap((place) =>
    missing(recipe, place, known, instruction.keyword, (name) => !root.scratch && OF_BASES.test(name)),
  );
}

function placesOf(instruction: Instruction): readonly Place[] {
  switch (instruction.keyword) {
    case "COPY":
    case "ADD":
      return [...instruction.sources.flatMap((source) => ("text" in source ? [source] : [])), instruction.destination];
    case "ENV":
    case "LABEL":
      return instruction.pairs.flatMap(({ value }) => value ?? []);
    case "EXPOSE":
    case "VOLUME":
      return instruction.words;
    case "USER":
    case "WORKDIR":
    case "STOPSIGNAL":
      return [instruction.word];
    default:
      return [];
  }
}

function missing(
  recipe: RecipeView,
  { text, range }: Place,
  known: Known,
  instruction: string,
  isOfBase: (name: string) => boolean,
): readonly Hit[] {
  return [...unset(text, known, recipe.dockerfile?.escape ?? "\\")]
    .filter((name) => !OF_BUILDS.test(name) && !isOfBase(name))
    .slice(0, 1)
    .map((name) => {
      const near = nearest(name, [...firstNames(known), "PATH", "HOME"]);
      const advice =
        near === undefined || near === name
          ? `declare it above with ARG ${name} or ENV ${name}=…`
          : `did you mean ${near}?`;
      const edit = near === undefined ? undefined : replaced(recipe, range, name, near);
      return {
        fields: { name, instruction, advice },
        range,
        fix: edit && { title: `write ${near}`, safe: false, edits: [edit] },
      };
    });
}

function firstNames(known: Known): readonly string[] {
  const names: string[] = [];
  for (const name of known.keys()) if (names.push(name) >= MOST_NAMES) break;
  return names;
}

function unset(text: string, known: Known, escaping: "\\" | "`"): ReadonlySet<string> {
  const names = new Set<string>();
  if (!text.includes("$")) return names;
  try {
    expandWord(text, {
      get: (name, plain) => {
        // `${X:-word}` says itself what stands for nothing.
        if (plain && !known.has(name) && /^[A-Za-z_]/.test(name)) names.add(name);
        return plain || known.has(name) ? "x" : undefined;
      },
      escape: escaping,
    });
  } catch (cause) {
    if (!(cause instanceof BerthError)) throw cause;
  }
  return names;
}

function replaced(recipe: RecipeView, range: Range, name: string, near: string) {
  const match = new RegExp(`\\$\\{?${name}\\b`).exec(written(recipe, range));
  if (!match) return undefined;
  const start = range.start + match.index + match[0].length - name.length;
  return { range: { start, end: start + name.length }, text: near };
}
