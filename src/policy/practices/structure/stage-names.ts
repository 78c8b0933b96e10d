// Names of stages: STR003.

import { practice } from "../../practice.ts";
import type { RecipeView, StageView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit, Fix } from "../../types.ts";
import { written } from "../recipe-parts.ts";

export const STAGE_NAMES = practice({
  id: "STR003",
  title: "Stages have names of their own, in small letters",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "a stage {name} is there already: the name means the last of them",
  hint: "give one of both stages another name",
  why: "Copies and targets take the last stage of a name; the other ones cannot be reached any more.",
  source: "ours",
  peers: ["DL3024", "DL3063", "DS-0012", "DuplicateStageName", "StageNameCasing", "ReservedStageName"],
  cases: {
    case: {
      message: "the name of stage {name} has capitals",
      hint: "write {small}: names are compared in small letters",
    },
    reserved: {
      message: "{name} cannot be the name of a stage: it means something else",
      hint: "choose another name",
    },
  },
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => (recipe.kind === "dockerfile" ? hitsOfStages(recipe) : []),
  },
  passes: [
    { shows: "b and c", dockerfile: "FROM a AS b\nFROM b AS c\nCOPY --from=b /x /x\n" },
    { shows: "no names", dockerfile: "FROM a\nFROM b\n" },
  ],
  fails: [
    {
      shows: "two AS b",
      dockerfile: "FROM debian:13.1 AS b\nRUN x\nFROM b\nCOPY --from=b /x /x\nFROM debian:13.1 AS b\n",
      expect: {
        ...{ line: 5, says: "a stage b is there already" },
        fixed: "FROM debian:13.1 AS b-0\nRUN x\nFROM b-0\nCOPY --from=b-0 /x /x\nFROM debian:13.1 AS b\n",
      },
    },
    {
      shows: "capitals",
      dockerfile: "FROM debian:13.1 AS Build\nFROM debian:13.1\nCOPY --from=Build /x /x\n",
      expect: { case: "case", fixed: "FROM debian:13.1 AS build\nFROM debian:13.1\nCOPY --from=Build /x /x\n" },
    },
    { shows: "a reserved name", dockerfile: "FROM debian:13.1 AS context\n", expect: { case: "reserved", line: 1 } },
  ],
});

// As many as are told: each double is compared with the stages between.
const MOST_HITS = 200;

function hitsOfStages(recipe: RecipeView): readonly Hit[] {
  const above = new Map<string, StageView>();
  const hits: Hit[] = [];
  for (const stage of recipe.stages) {
    const name = stage.name?.toLowerCase();
    if (name === undefined || hits.length >= MOST_HITS) continue;
    hits.push(...hitsOf(recipe, stage, above.get(name)));
    above.set(name, stage);
  }
  return hits;
}

function hitsOf(recipe: RecipeView, stage: StageView, earlier: StageView | undefined): readonly Hit[] {
  const { name, nameRange: range } = stage;
  if (name === undefined || !range) return [];
  const small = name.toLowerCase();
  if (small === "scratch" || small === "context") return [{ case: "reserved", fields: { name }, range }];
  if (earlier) return [{ fields: { name: small }, range, fix: renameEarlier(recipe, earlier, stage) }];
  if (name === small) return [];
  const fix: Fix = { title: `write ${small}`, safe: true, edits: [{ range, text: small }] };
  return [{ case: "case", fields: { name, small }, range, fix }];
}

// The later stage keeps its name: `--target` and stages below mean that one. A copy between both may have meant either.
function renameEarlier(recipe: RecipeView, earlier: StageView, later: StageView): Fix | undefined {
  const name = `${earlier.name?.toLowerCase()}-${earlier.index}`;
  if (!earlier.nameRange || recipe.stages.some((stage) => stage.name?.toLowerCase() === name)) return undefined;
  const edits: Edit[] = [{ range: earlier.nameRange, text: name }];
  for (const stage of recipe.stages.slice(earlier.index + 1, later.index + 1)) {
    if (stage.base.stage === earlier) edits.push({ range: stage.base.range, text: name });
    // Inside the later stage its own name means itself.
    if (stage === later) break;
    for (const step of stage.steps) {
      if (step.mounts.some(({ from }) => from?.toLowerCase() === earlier.name?.toLowerCase())) return undefined;
      for (const { from } of step.copies) {
        if (from?.stage !== earlier || from.text.toLowerCase() !== earlier.name?.toLowerCase()) continue;
        const text = written(recipe, from.range);
        edits.push({ range: from.range, text: text.replace(from.text, name) });
      }
    }
  }
  const copied = edits.some(({ range }) => written(recipe, range).startsWith("--"));
  return { title: `name the stage above ${name}`, safe: !copied, edits };
}
