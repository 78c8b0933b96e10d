// What an image says of itself: DOC001, DOC004, DOC005.

import { practice } from "../../practice.ts";
import type { LabelRule } from "../../practice-config.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps, instructionsOf, written } from "../recipe-parts.ts";
import { labelFault } from "./label-values.ts";

const PREFIX = "org.opencontainers.image";

export const LABELLED = practice({
  id: "DOC001",
  title: "The image says what it is, in labels",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "no LABEL says what this image is",
  hint: `add LABEL ${PREFIX}.title=… and ${PREFIX}.description=…`,
  why: "Who finds the image a year later learns from its labels what it is, whose it is and where it came from.",
  source: "N2.16",
  peers: ["DL3049"],
  cases: {
    missing: {
      severity: "warning",
      message: "the label {name} is demanded here and missing",
      hint: "add LABEL {name}=…",
    },
  },
  fix: "unsafe",
  checks: { recipe: labelsOfRecipe, image: labelsOfImage },
  passes: [
    { shows: "a label", dockerfile: `FROM debian:13.1\nLABEL ${PREFIX}.title="x"\n` },
    { shows: "a label of a stage below", dockerfile: "FROM debian:13.1 AS a\nLABEL title=x\nFROM a\nRUN x\n" },
    { shows: "definition files have %labels (DOC003)", definition: "Bootstrap: docker\nFrom: debian:13.1\n" },
    { shows: "an image with labels", image: { config: exampleConfig({ labels: { title: "x" } }) } },
  ],
  fails: [
    {
      shows: "none, behind a long FROM of a file with its own escape character",
      dockerfile: "# escape=`\nFROM debian:13.1 `\n  AS x\nRUN x\n",
      expect: {
        line: 2,
        fixed: `# escape=\`\nFROM debian:13.1 \`\n  AS x\nLABEL ${PREFIX}.title="NAME" \`\n      ${PREFIX}.description="WHAT IT IS FOR"\nRUN x\n`,
      },
    },
    {
      shows: "none",
      dockerfile: "FROM debian:13.1\nRUN x\n",
      expect: {
        line: 1,
        fixed: `FROM debian:13.1\nLABEL ${PREFIX}.title="NAME" \\\n      ${PREFIX}.description="WHAT IT IS FOR"\nRUN x\n`,
      },
    },
    {
      shows: "a demanded one is missing",
      dockerfile: "FROM debian:13.1\nLABEL a=b\n",
      policy: { labels: [{ name: "site.owner", required: true, type: "text" }] },
      expect: { case: "missing", says: "site.owner" },
    },
    { shows: "an image without", image: { config: exampleConfig({ labels: {} }) } },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

function labelsOfRecipe({ recipe, tables }: RecipeSubject): Hit | readonly Hit[] | undefined {
  const stage = recipe.chain.at(-1);
  if (recipe.kind !== "dockerfile" || !stage) return undefined;
  const names = finalSteps(recipe).flatMap(({ keyword, pairs }) =>
    keyword === "LABEL" ? pairs.map(({ name }) => name) : [],
  );
  const { text } = recipe.source;
  const { start } = stage.range;
  const feed = text.indexOf("\n", start);
  const range = { start, end: feed < 0 ? text.length : feed };
  if (names.length === 0) return { range, fix: skeleton(recipe, start) };
  return missing(names, tables.labels).map((name) => ({ case: "missing", fields: { name }, range }));
}

// The values are left to the author: a fix for whoever asks for it, since left as it is it would say something untrue.
function skeleton({ dockerfile, source }: RecipeView, start: number): Fix | undefined {
  const from = dockerfile?.instructions.find(({ range }) => range.start === start);
  const feed = from ? source.text.indexOf("\n", from.range.end) : -1;
  if (feed < 0) return undefined;
  const text = `LABEL ${PREFIX}.title="NAME" ${dockerfile?.escape}\n      ${PREFIX}.description="WHAT IT IS FOR"\n`;
  return { title: "add a LABEL to fill in", safe: false, edits: [{ range: { start: feed + 1, end: feed + 1 }, text }] };
}

function missing(names: readonly string[], rules: readonly LabelRule[]): readonly string[] {
  return rules.filter(({ required, name }) => required && !names.includes(name)).map(({ name }) => name);
}

function labelsOfImage({ image: { config }, tables }: AuditSubject): Hit | readonly Hit[] {
  if (!config) return unknown("the configuration of the image");
  const names = Object.keys(config.labels);
  if (names.length === 0) return {};
  return missing(names, tables.labels).map((name) => ({ case: "missing", fields: { name } }));
}

export const NO_MAINTAINER = practice({
  id: "DOC004",
  title: "Authors stand in a label",
  severity: "style",
  class: "recommended",
  certainty: "certain",
  message: "MAINTAINER is deprecated",
  hint: `write LABEL ${PREFIX}.authors="{name}"`,
  why: "No tool shows it any more; the label is shown everywhere.",
  source: "ours",
  peers: ["DL4000", "DS-0022", "MaintainerDeprecated"],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => instructionsOf(recipe).flatMap((step) => maintainer(step, written(recipe, step.range))),
  },
  passes: [{ shows: "a label", dockerfile: `FROM debian:13.1\nLABEL ${PREFIX}.authors="me"\n` }],
  fails: [
    {
      shows: "MAINTAINER",
      dockerfile: "FROM debian:13.1\nMAINTAINER me <me@site.example>\n",
      expect: { line: 2, fixed: `FROM debian:13.1\nLABEL ${PREFIX}.authors="me <me@site.example>"\n` },
    },
  ],
});

function maintainer({ instruction, range, onBuild }: StepView, text: string): readonly Hit[] {
  if (instruction?.keyword !== "MAINTAINER") return [];
  const name = instruction.word.text.replace(/^(["'])(.*)\1$/s, "$2");
  const plain = !/["\\$`\n]/.test(name) && !text.includes("\n") && !onBuild;
  const edits = [{ range, text: `LABEL ${PREFIX}.authors="${name}"` }];
  return [{ fields: { name }, range, fix: plain ? { title: "write it as a label", safe: true, edits } : undefined }];
}

export const LABEL_VALUES = practice({
  id: "DOC005",
  title: "Labels have good names and values of their kind",
  severity: "style",
  class: "optional",
  certainty: "certain",
  message: "the label {name} {fault}",
  hint: "{cure}",
  why: "Tools take these labels apart: a date that is none, or a name that breaks their queries, is lost to them.",
  source: "N2.16",
  peers: ["DL3048", "DL3050", "DL3051", "DL3052", "DL3053", "DL3055", "DL3056", "DL3058"],
  checks: {
    recipe: ({ recipe, tables }) =>
      recipe.kind === "dockerfile"
        ? finalSteps(recipe).flatMap(({ keyword, pairs }) =>
            keyword !== "LABEL"
              ? []
              : pairs.flatMap(({ name, value, range }) =>
                  valueHit(name, value, tables.labels).map((hit) => ({ ...hit, range })),
                ),
          )
        : [],
    // %labels of definition files, which image files have theirs from, name them as they like: Author, Version.
    image: ({ image: { config, file }, tables }) =>
      config
        ? Object.entries(config.labels).flatMap(([name, value]) =>
            valueHit(name, value, tables.labels, file !== undefined),
          )
        : unknown("the configuration of the image"),
  },
  passes: [
    {
      shows: "of every kind",
      dockerfile: `FROM debian:13.1\nLABEL ${PREFIX}.created="2026-11-22T10:00:00Z" \\\n  ${PREFIX}.url="https://site.example/x" \\\n  ${PREFIX}.revision=4f1c2d3e4b \\\n  ${PREFIX}.licenses="MIT OR Apache-2.0"\n`,
    },
    { shows: "a value of a build argument", dockerfile: `FROM debian:13.1\nARG D\nLABEL ${PREFIX}.created=$D\n` },
    { shows: "an image", image: { config: exampleConfig({ labels: { "org.x.my-key": "v" } }) } },
    {
      shows: "an image file with names of %labels",
      image: { file: "sif", config: exampleConfig({ labels: { Author: "me", Version: "1.0" } }) },
    },
  ],
  fails: [
    {
      shows: "an empty value",
      dockerfile: 'FROM debian:13.1\nLABEL org.x.key=""\n',
      expect: { line: 2, says: "has no value" },
    },
    { shows: "capitals and underscores", dockerfile: "FROM debian:13.1\nLABEL My_Key=v\n", expect: { says: "My_Key" } },
    {
      shows: "no date",
      dockerfile: `FROM debian:13.1\nLABEL ${PREFIX}.created=yesterday\n`,
      expect: { says: "is no date" },
    },
    {
      shows: "an image file",
      image: { file: "sif", config: exampleConfig({ labels: { Author: "" } }) },
      expect: { says: "has no value" },
    },
    { shows: "no address", image: { config: exampleConfig({ labels: { [`${PREFIX}.url`]: "here" } }) } },
  ],
});

function valueHit(name: string, value: string | undefined, rules: readonly LabelRule[], plain = false): readonly Hit[] {
  const found = labelFault(name, value, rules, plain);
  return found ? [{ fields: { name, ...found } }] : [];
}
